/**
 * A warm pool of child processes (workerpool): a native crash costs one attempt, and the worker's own thread stays free
 * for heartbeats and cancellation. One task a child at a time.
 */
import workerpool from 'workerpool';
import type { Pool } from 'workerpool';
import type { AbortSignalLike } from '../../pipeline/artifact-store.js';
import { PipelineError } from '../../pipeline/errors.js';
import { withLargePages } from '../local-memory.js';

/** How often the pool looks whether a task has been silent for too long. */
const STALL_CHECK_MS = 1000;

export interface ComputeProgress {
  readonly fraction: number;
  readonly message: string;
}

/** Why a child is no more: too much memory after a task, dead in the middle of one, silent too long, or killed with its task. */
export type ChildEnd = 'recycled' | 'crashed' | 'stalled' | 'cancelled';

export interface PoolState {
  readonly alive: number;
  readonly busy: number;
  /** Tasks without a child. */
  readonly waiting: number;
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
  /** Text that the child writes meanwhile, native libraries included. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
}

export interface ComputePool {
  /** The task's result. @throws PipelineError ChildCrashed when the child died or was silent too long; the signal's reason when aborted */
  run(task: ComputeTask): Promise<unknown>;
  readonly size: number;
  state(): PoolState;
  close(): Promise<void>;
}

export interface ComputePoolOptions {
  /** Compiled script that registers its methods with workerpool. */
  readonly script: string;
  readonly size: number;
  readonly env: NodeJS.ProcessEnv;
  /** Upper bound of every task's stall limit; default none. */
  readonly stallLimitMs?: number;
  readonly onRecycle: (residentMiB: number) => void;
  readonly onEnd?: (reason: ChildEnd) => void;
}

interface Slot {
  pool: Pool;
  /** SIGKILL to the child: one that is stopped or stuck in a native call hears nothing else. */
  kill: () => void;
}

/** How long a child that is asked to end may take. */
const END_GRACE_MS = 1000;

/** A pool of `size` children, started when first needed. */
export function makeComputePool(options: ComputePoolOptions): ComputePool {
  const free: Slot[] = Array.from({ length: options.size }, () => makeSlot(options));
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
    state: () => {
      const stats = all.map((slot) => slot.pool.stats());
      return {
        alive: stats.reduce((sum, { totalWorkers }) => sum + totalWorkers, 0),
        busy: stats.reduce((sum, { busyWorkers }) => sum + busyWorkers, 0),
        waiting: waiting.length,
      };
    },
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
      await Promise.all(all.map(endChild));
    },
  };
}

function makeSlot(options: ComputePoolOptions): Slot {
  const end = new AbortController();
  return { pool: makeSlotPool(options, end.signal), kill: () => end.abort() };
}

/** Ends a slot's child in order, or by force when it does not answer. */
async function endChild(slot: Slot): Promise<void> {
  const late = setTimeout(slot.kill, END_GRACE_MS);
  try {
    await slot.pool.terminate(true);
  } finally {
    clearTimeout(late);
  }
}

function makeSlotPool(options: ComputePoolOptions, signal: AbortSignal): Pool {
  return workerpool.pool(options.script, {
    workerType: 'process',
    minWorkers: 0,
    maxWorkers: 1,
    // The short grace keeps a cancelled step from running on: its outputs lie in a staging folder that is dropped.
    workerTerminateTimeout: 500,
    emitStdStreams: true,
    forkOpts: { env: withLargePages(options.env), execArgv: ['--enable-source-maps'], signal, killSignal: 'SIGKILL' },
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
      const output = payload as { readonly stdout?: string; readonly stderr?: string };
      if (output.stdout !== undefined) task.onOutput?.('stdout', output.stdout);
      else if (output.stderr !== undefined) task.onOutput?.('stderr', output.stderr);
      else {
        lastSign = performance.now();
        task.onProgress(payload as ComputeProgress);
      }
    },
  });
  let late: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    late ??= setTimeout(slot.kill, END_GRACE_MS);
    running.cancel();
  };
  task.signal.addEventListener('abort', cancel, { once: true });
  const stallMs = Math.min(task.stallMs, options.stallLimitMs ?? Number.POSITIVE_INFINITY);
  const timer = setInterval(() => {
    if (performance.now() - lastSign < stallMs) return;
    stalled = true;
    cancel();
  }, STALL_CHECK_MS);
  try {
    const reply = (await running) as TaskReply;
    if (reply.residentMiB > task.recycleAboveMiB) {
      options.onRecycle(reply.residentMiB);
      await recycle(slot, 'recycled', options);
    }
    return reply.result;
  } catch (error) {
    await recycle(slot, endOf(stalled, task), options);
    task.signal.throwIfAborted();
    throw childFailure(error, stalled ? stallMs : null);
  } finally {
    clearInterval(timer);
    clearTimeout(late);
    task.signal.removeEventListener('abort', cancel);
  }
}

function endOf(stalled: boolean, task: ComputeTask): ChildEnd {
  if (stalled) return 'stalled';
  return task.signal.aborted ? 'cancelled' : 'crashed';
}

async function recycle(slot: Slot, reason: ChildEnd, options: ComputePoolOptions): Promise<void> {
  options.onEnd?.(reason);
  await endChild(slot);
  Object.assign(slot, makeSlot(options));
}

function childFailure(error: unknown, stallMs: number | null): PipelineError {
  if (stallMs !== null) {
    return new PipelineError('ChildCrashed', `compute child gave no sign of progress for ${stallMs / 1000} s and was killed`);
  }
  const text = error instanceof Error ? error.message : String(error);
  const killed = /SIGKILL/.test(text) ? ' (killed: by an operator or by the system for memory)' : '';
  return new PipelineError('ChildCrashed', `compute child ended before its task was done${killed}: ${text}`, { cause: error });
}
