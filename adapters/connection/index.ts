/** The worker's connection to Temporal; a client imports ./connect-client.js alone, which loads no native code. */
export { connectWorker } from './connect-worker.js';
export type { WorkerConnection } from './connect-worker.js';
