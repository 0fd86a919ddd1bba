/** Runs workers until they have drained: on the first signal no more work is taken, on the second the process ends at once. */
import type { Worker } from '@temporalio/worker';
import type { Log } from '../adapters/telemetry/index.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export interface DrainOptions {
  readonly log: Log;
  readonly graceMs: number;
  /** Called once, when draining begins. */
  readonly onDrain: () => void;
}

/** Returns when every worker has ended after a signal. @throws the first error of a worker that died, once the others have drained */
export async function runUntilDrained(workers: readonly Worker[], options: DrainOptions): Promise<void> {
  let [draining, signalled] = [false, false];
  const drain = (why: string): void => {
    if (draining) return;
    draining = true;
    options.log.info({ why, graceSeconds: options.graceMs / 1000 }, 'draining: no more work is taken');
    options.onDrain();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signalled) {
      options.log.error({ signal }, 'second signal: ending at once, running steps are cut off');
      process.exit(1);
    }
    signalled = true;
    drain(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const ends = await Promise.allSettled(
      workers.map(async (worker) => {
        try {
          await worker.run();
        } finally {
          drain(`queue ${worker.options.taskQueue} ended`);
        }
      }),
    );
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
