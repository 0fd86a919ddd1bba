/**
 * A warm pool of child processes (workerpool): a native crash costs one attempt, and the worker's own thread stays free
 * for heartbeats and cancellation. One task a child at a time.
 */
import workerpool from 'workerpool';
import type { Pool } from 'workerpool';
import type { AbortSignalLike } from '../../pipeline/artifact-store.js';
import { PipelineError } from '../../pipeline/errors.js';

/** How often the pool looks whether a task has been silent for too long. */
const STALL_CHECK_MS = 1000;

export interface ComputeProgress {
  readonly fraction: number;
  readonly message: string;
}

export interface ComputeTask {
  readonly method: string;
  readonly argument: unknown;
  /** Killed and reported as ChildCrashed when silent for so long. */
  readonly stallMs: number;
  /** A child that holds more than this after the task is replaced. */
  readonly recycleAboveMiB: number;
  readonly signal: AbortSignalLike;
  readonly onProgress: (progress: ComputeProgress) => void;
}

export interface ComputePool {
  /** The task's result. @throws PipelineError ChildCrashed when the child died or was silent too long; the signal's reason when aborted */
  run(task: ComputeTask): Promise<unknown>;
  readonly size: number;
  close(): Promise<void>;
}

export interface ComputePoolOptions {
  /** Compiled script that registers its methods with workerpool. */
  readonly script: string;
  readonly size: number;
  readonly env: NodeJS.ProcessEnv;
  readonly onRecycle: (residentMiB: number) => void;
}

interface Slot {
  pool: Pool;
}

/** A pool of `size` children, started when first needed. */
export function makeComputePool(options: ComputePoolOptions): ComputePool {
  const free: Slot[] = Array.from({ length: options.size }, () => ({ pool: makeSlotPool(options) }));
  const all = [...free];
  const waiting: ((slot: Slot) => void)[] = [];
  const acquire = async (): Promise<Slot> => free.pop() ?? new Promise((resolve) => waiting.push(resolve));
  const release = (slot: Slot): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(slot);
    else next(slot);
  };
  return {
    size: options.size,
    run: async (task) => {
      task.signal.throwIfAborted();
      const slot = await acquire();
      try {
        task.signal.throwIfAborted();
        return await runInSlot(slot, task, options);
      } finally {
        release(slot);
      }
    },
    close: async () => {
      await Promise.all(all.map(async (slot) => slot.pool.terminate(true)));
    },
  };
}

function makeSlotPool(options: ComputePoolOptions): Pool {
  return workerpool.pool(options.script, {
    workerType: 'process',
    minWorkers: 0,
    maxWorkers: 1,
    // The short grace keeps a cancelled step from running on: its outputs lie in a staging folder that is dropped.
    workerTerminateTimeout: 500,
    forkOpts: { env: options.env, execArgv: ['--enable-source-maps'] },
  });
}

interface TaskReply {
  readonly result: unknown;
  readonly residentMiB: number;
}

async function runInSlot(slot: Slot, task: ComputeTask, options: ComputePoolOptions): Promise<unknown> {
  let lastSign = performance.now();
  let stalled = false;
  const running = slot.pool.exec(task.method, [task.argument], {
    on: (payload: unknown) => {
      lastSign = performance.now();
      task.onProgress(payload as ComputeProgress);
    },
  });
  const cancel = (): void => void running.cancel();
  task.signal.addEventListener('abort', cancel, { once: true });
  const timer = setInterval(() => {
    if (performance.now() - lastSign < task.stallMs) return;
    stalled = true;
    cancel();
  }, STALL_CHECK_MS);
  try {
    const reply = (await running) as TaskReply;
    if (reply.residentMiB > task.recycleAboveMiB) await recycle(slot, reply.residentMiB, options);
    return reply.result;
  } catch (error) {
    await recycle(slot, null, options);
    task.signal.throwIfAborted();
    throw childFailure(error, stalled ? task.stallMs : null);
  } finally {
    clearInterval(timer);
    task.signal.removeEventListener('abort', cancel);
  }
}

async function recycle(slot: Slot, residentMiB: number | null, options: ComputePoolOptions): Promise<void> {
  if (residentMiB !== null) options.onRecycle(residentMiB);
  await slot.pool.terminate(true);
  slot.pool = makeSlotPool(options);
}

function childFailure(error: unknown, stallMs: number | null): PipelineError {
  if (stallMs !== null) {
    return new PipelineError('ChildCrashed', `compute child gave no sign of progress for ${stallMs / 1000} s and was killed`);
  }
  const text = error instanceof Error ? error.message : String(error);
  const killed = /SIGKILL/.test(text) ? ' (killed: by an operator or by the system for memory)' : '';
  return new PipelineError('ChildCrashed', `compute child ended before its task was done${killed}: ${text}`, { cause: error });
}
