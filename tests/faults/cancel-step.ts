/** Cancel in each step, while its compute child is stuck: the run ends as Canceled, the child is gone, nothing is half there. */
import { CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import type { StepId } from '../../pipeline/steps/index.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { isAlive } from '../support/worker-process.js';
import type { Lane } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { freezeChildAt, keyOf, letAllPass } from './injection.js';
import { redoneWork } from './redone-work.js';
import { compareContents, readContents } from './store-contents.js';
import { until } from './until.js';

/** Most time from the request to the end of the child. */
const CHILD_GONE_MS = 5000;

/** Runs cancelled in one step after another, each going on from what the one before left; the last is not cancelled. */
export const cancelScenario: FaultScenario = { name: 'cancel', faults: STEPS.length, isShort: false, run: cancelEverywhere };

async function cancelEverywhere(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  const worker = await lane.startWorker();
  const cancels: { step: StepId; atMs: number; overMs: number; problems: string[] }[] = [];
  for (const { id } of STEPS) {
    await lane.start(`cancelled-${id}`, FAULT_SPEC);
    const { pid } = await freezeChildAt(lane, worker, id);
    const atMs = Date.now();
    const problems = await cancelRun(lane, { workflowId: `cancelled-${id}`, pid });
    const overMs = Date.now();
    const manifests = (await lane.store.list(`manifests/${id}/`)).map(({ key }) => key);
    if (manifests.some((key) => key.includes(keyOf(reference, id)))) problems.push(`the cancelled step left a manifest`);
    cancels.push({ step: id, atMs, overMs, problems });
  }
  await lane.start('completed', FAULT_SPEC);
  await lane.result('completed');
  const harm = compareContents(reference.contents, await readContents(lane.store));
  const log = await lane.sideLog();
  return cancels.map(({ step, atMs, overMs, problems }, i) => {
    const redone = redoneWork(log, { fromMs: atMs, overMs, toMs: cancels[i + 1]?.atMs ?? Date.now() });
    return { fault: 'cancel', where: step, redone: redone.text, seconds: (overMs - atMs) / 1000, problems: [...harm, ...problems, ...redone.problems] };
  });
}

async function cancelRun(lane: Lane, run: { workflowId: string; pid: number }): Promise<string[]> {
  const handle = lane.client.workflow.getHandle(run.workflowId);
  const asked = performance.now();
  await handle.cancel();
  letAllPass(lane);
  await until('the compute child of the cancelled step is gone', () => !isAlive(run.pid));
  const goneMs = performance.now() - asked;
  const failure = await handle.result().catch((error: unknown) => error);
  const problems: string[] = [];
  if (goneMs > CHILD_GONE_MS) problems.push(`the child was gone after ${goneMs.toFixed(0)} ms`);
  if (!(failure instanceof WorkflowFailedError && failure.cause instanceof CancelledFailure)) problems.push(`the run ended with ${String(failure)}`);
  const { name } = (await handle.describe()).status;
  if (name !== 'CANCELLED') problems.push(`the run's status is ${name}`);
  return problems;
}
