/** How faults are made to strike at a known place: requests held in the proxy, children stopped as they take up a step. */
import type { StepId } from '../../pipeline/steps/index.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { WorkerProcess } from '../support/worker-process.js';
import { childrenOf } from '../support/worker-process.js';
import type { Lane, LoggedEntry } from './fault-lane.js';
import type { Reference } from './fault-world.js';
import { until } from './until.js';

/** They run side by side: a fault in one of them holds the others back, so that the one compute child is at work on it. */
const SIDE_BY_SIDE: readonly StepId[] = ['walk-forward-validation', 'monte-carlo-validation', 'ab-testing'];

/** Key of a whole step, from the undisturbed run. */
export function keyOf(reference: Reference, step: StepId): string {
  return (reference.log.find((entry) => entry.step === step && entry.unit === null) as LoggedEntry).key;
}

/** The line of the undisturbed run's log that lies in the middle of a step: a part where it has any, else a start. */
export function midst(reference: Reference, step: StepId): LoggedEntry {
  const lines = reference.log.filter((entry) => entry.step === step);
  const parts = lines.filter((entry) => entry.event === 'part');
  const starts = lines.filter((entry) => entry.event === 'start');
  const from = parts.length > 0 ? parts : starts;
  return from[from.length >> 1] as LoggedEntry;
}

/** Recognises the same line in another run's log: keys are the same whatever the store is called. */
export function isSame(wanted: LoggedEntry): (entry: LoggedEntry) => boolean {
  return ({ event, key, part }) => event === wanted.event && key === wanted.key && part === wanted.part;
}

/** While `work` runs, manifests with these keys do not reach the store: the step cannot be over too soon. */
export async function holdingCommits(lane: Lane, keys: readonly string[], work: () => Promise<void>): Promise<void> {
  lane.proxy.setRule(({ method, path }) => (method === 'PUT' && keys.some((key) => path.includes(`${key}.json`)) ? 'hold' : 'pass'));
  await work();
  lane.proxy.setRule(() => 'pass');
}

/**
 * Stops a run just before a step looks for its result in the store, does `work`, and lets that step go on. Later steps, and
 * those beside it, stay held: the one compute child has nothing else to do, and the next call finds them where they are.
 */
export async function beforeStep(lane: Lane, step: StepId, work: () => Promise<void> | void): Promise<void> {
  const isIt = (request: { method: string; path: string }): boolean => isLookUp(step, request);
  const later = STEPS.slice(STEPS.findIndex(({ id }) => id === step) + 1).map(({ id }) => id);
  const others = SIDE_BY_SIDE.includes(step) ? [...later, ...SIDE_BY_SIDE.filter((id) => id !== step)] : later;
  const isOther = (request: { method: string; path: string }): boolean => others.some((other) => isLookUp(other, request));
  lane.proxy.setRule((request) => (isIt(request) || isOther(request) ? 'hold' : 'pass'));
  lane.proxy.release((request) => !isIt(request) && !isOther(request));
  await until(`the run reaches ${step}`, () => lane.proxy.isHeld(isIt));
  await work();
  lane.proxy.setRule((request) => (isOther(request) ? 'hold' : 'pass'));
  lane.proxy.release(isIt);
}

function isLookUp(step: StepId, { method, path }: { method: string; path: string }): boolean {
  return method === 'GET' && path.includes(`/manifests/${step}/`);
}

/** Lets everything pass that `beforeStep` still holds. */
export function letAllPass(lane: Lane): void {
  lane.proxy.setRule(() => 'pass');
  lane.proxy.release();
}

/**
 * Stops the compute child (SIGSTOP) as it takes up a step: it can neither finish nor fail by itself, as in a native call
 * that never returns. The steps beside it stay held. Returns the child's process id. `fresh` = a child that has only begun to
 * load: the idle one is ended before.
 */
export async function freezeChildAt(
  lane: Lane,
  worker: WorkerProcess,
  step: StepId,
  child: 'warm' | 'fresh' = 'warm',
): Promise<{ pid: number; key: string; atMs: number }> {
  await beforeStep(lane, step, async () => {
    for (const pid of childrenOf(worker.pid)) process.kill(pid, child === 'warm' ? 'SIGSTOP' : 'SIGKILL');
    if (child === 'fresh') await until('the idle child is gone', () => childrenOf(worker.pid).length === 0);
  });
  const fromMs = Date.now();
  const { key } = await lane.logged(`${step} starts`, (entry) => entry.step === step && entry.event === 'start' && entry.timeMs >= fromMs - 1000);
  await until(`${step} has a compute child`, () => childrenOf(worker.pid).length > 0);
  // A child that was started just now takes longer to load than this takes.
  const [pid] = childrenOf(worker.pid) as [number];
  process.kill(pid, 'SIGSTOP');
  return { pid, key, atMs: Date.now() };
}
