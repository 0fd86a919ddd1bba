/** Waiting in the foreground, for commands that serve. */
import { once } from 'node:events';

/** Returns at Ctrl-C (the world's signal) or SIGTERM. */
export async function untilStopped(interrupted: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const both = AbortSignal.any([interrupted, stop.signal]);
  const terminate = (): void => stop.abort();
  process.once('SIGTERM', terminate);
  try {
    if (!both.aborted) await once(both, 'abort');
  } finally {
    process.removeListener('SIGTERM', terminate);
  }
}
