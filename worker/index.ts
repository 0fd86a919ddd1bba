/** The Temporal worker: one process that serves the queues named in ARES_QUEUES (all of them by default). */
import { applyLocalProfile } from '../adapters/local-profile.js';
import { makeLog } from '../adapters/telemetry/index.js';
import type { Log } from '../adapters/telemetry/index.js';
import { runWorker } from './run-worker.js';

const LINGER_MS = 2000;

applyLocalProfile(process.env);
const log = openLog();
// Node's own lines would stand between JSON ones.
process.removeAllListeners('warning');
process.on('warning', (warning) => log.warn({ err: warning }, 'Node warns'));
try {
  await runWorker(process.env, log);
} catch (error) {
  log.fatal({ err: error }, 'worker ended');
  process.exitCode = 1;
  // Whatever of a failed start still holds the process: a supervisor waits for its end to start another.
  setTimeout(() => process.exit(1), LINGER_MS).unref();
}

/** A wrong log setting has no log to be told in. */
function openLog(): Log {
  try {
    return makeLog({ env: process.env, isTerminal: process.stderr.isTTY === true });
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    process.exit(1);
  }
}
