/** Registered models and openings of test segments. */
export { makeRegistry } from './model-registry.js';
export type { ModelRegistry, RegistryEntry } from './model-registry.js';
export { makeTestLedger } from './test-ledger.js';
export type { CountingTestLedger, TestOpening } from './test-ledger.js';
