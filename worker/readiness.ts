/** Whether the worker can take work: Temporal and the store answer, every queue is polled, nothing drains. */
import type { NativeConnection, Worker } from '@temporalio/worker';

const ANSWER_MS = 3000;

export interface ReadinessOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workers: readonly Worker[];
  /** One cheap request to the store. */
  readonly askStore: () => Promise<unknown>;
  readonly isDraining: () => boolean;
}

/** Reasons why the worker is not ready; none = it is. */
export async function unreadyReasons(options: ReadinessOptions): Promise<string[]> {
  const { connection, namespace } = options;
  const idle = options.workers.filter((worker) => worker.getState() !== 'RUNNING').map((worker) => `queue ${worker.options.taskQueue}: ${worker.getState()}`);
  const asked = await Promise.all([
    reasonOf('Temporal', async () => connection.withDeadline(Date.now() + ANSWER_MS, async () => connection.workflowService.describeNamespace({ namespace }))),
    reasonOf('store', options.askStore),
  ]);
  return [...(options.isDraining() ? ['draining'] : []), ...idle, ...asked.filter((reason) => reason !== null)];
}

async function reasonOf(what: string, ask: () => Promise<unknown>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${what}: no answer within ${ANSWER_MS / 1000} s`), ANSWER_MS);
  });
  try {
    return await Promise.race([ask().then(() => null), late]);
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}
