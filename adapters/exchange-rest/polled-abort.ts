/** A request to stop, which can only be looked at, as the signal that waits and requests listen to. */
import type { Abort } from '../../core/abort.js';

const POLL_MS = 200;

/** What `work` gives; it is told to stop within a fifth of a second. @throws the stop's reason once it was asked for */
export async function withAbort<T>(stop: Abort | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  stop?.throwIfAborted();
  const controller = new AbortController();
  const poll = (): void => {
    if (stop?.aborted === true) controller.abort();
  };
  const timer = setInterval(poll, POLL_MS);
  try {
    return await work(controller.signal);
  } catch (error) {
    stop?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
  }
}
