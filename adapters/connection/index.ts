/** Connections to Temporal. */
export { CannotConnect } from './cannot-connect.js';
export { connectClient } from './connect-client.js';
export type { ConnectedClient } from './connect-client.js';
export { connectWorker } from './connect-worker.js';
export type { WorkerConnection } from './connect-worker.js';
export { readConnectionSettings } from './connection-settings.js';
export type { ConnectionSettings, Environment } from './connection-settings.js';
