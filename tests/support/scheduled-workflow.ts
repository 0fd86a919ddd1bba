/** A stand-in for the training workflow that ends as its symbol says: the schedule, server and worker around it are real. */
import { ApplicationFailure, condition, defineSignal, setHandler } from '@temporalio/workflow';

export const goSignal = defineSignal('go');

/** FAILUSDT fails, WAITUSDT waits for the signal `go`, every other symbol completes. */
export async function trainPipeline({ symbol }: { readonly symbol?: string }): Promise<string> {
  if (symbol === 'FAILUSDT') throw ApplicationFailure.nonRetryable('the store is down', 'StoreUnavailable');
  let mayGo = symbol !== 'WAITUSDT';
  setHandler(goSignal, () => {
    mayGo = true;
  });
  await condition(() => mayGo);
  return 'done';
}
