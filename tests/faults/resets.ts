/** Runs reset as an operator would: to the first task, to the published event, while they run, after an Update. */
import { WorkflowFailedError } from '@temporalio/client';
import type { Lane } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { beforeStep, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';

const RUN = 'reset';
/** The first task's completion is the fourth event: started, scheduled, started, completed. */
const FIRST_TASK_EVENT = 4;
const FAILING_STEP = 'analyst-ensemble-creation';
const RUNNING_STEP = 'tactician-specialist-training';
const UPDATED_STEP = 'final-parameters-optimization';

/** A failed run, a running one, one with Updates in its history, a completed one: all the same workflow id. */
export const resetScenario: FaultScenario = { name: 'reset', faults: 4, isShort: true, run: runResets };

async function runResets(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const handle = lane.client.workflow.getHandle(RUN);
  const struck: StruckFault[] = [];

  await beforeStep(lane, FAILING_STEP, () => undefined);
  lane.proxy.setRule(({ method, path }) => (method === 'PUT' && path.includes('/objects/') ? 'denied' : 'pass'));
  lane.proxy.release();
  const failure = await handle.result().catch((error: unknown) => error);
  const message = failure instanceof WorkflowFailedError ? String(failure.cause?.message) : String(failure);
  const event = Number(/Reset to event (\d+)/.exec(message)?.[1]);
  let fromMs = Date.now();
  const noEvent = Number.isNaN(event) ? [`the failure names no event: ${message}`] : [];
  lane.proxy.setRule(() => 'pass');
  await resetTo(lane, event);
  struck.push({ fault: 'reset of a failed run to the published event', where: FAILING_STEP, span: { fromMs }, problems: noEvent });

  await beforeStep(lane, RUNNING_STEP, () => undefined);
  const reachedMs = Date.now();
  await lane.logged(`${RUNNING_STEP} is at work`, (entry) => entry.step === RUNNING_STEP && entry.event === 'start' && entry.timeMs >= reachedMs - 1000);
  fromMs = Date.now();
  await resetTo(lane, FIRST_TASK_EVENT);
  struck.push({ fault: 'reset of a running run to its first task', where: RUNNING_STEP, span: { fromMs } });

  await beforeStep(lane, UPDATED_STEP, async () => {
    for (const paused of [true, false]) await lane.client.workflow.getHandle(RUN).executeUpdate('setPaused', { args: [{ paused }] });
    fromMs = Date.now();
    await resetTo(lane, FIRST_TASK_EVENT);
  });
  struck.push({ fault: 'reset after Updates', where: UPDATED_STEP, span: { fromMs } });

  letAllPass(lane);
  await lane.result(RUN);
  fromMs = Date.now();
  await resetTo(lane, FIRST_TASK_EVENT);
  struck.push({ fault: 'reset of a completed run to its first task', where: 'saving', span: { fromMs } });
  await until('the run completes once more', async () => (await lane.status(RUN)).state === 'Succeeded');
  await lane.result(RUN);
  const steps = (await lane.status(RUN)).steps.filter(({ id, result }) => result?.key !== keyOf(reference, id));
  const outcomes = await judgeFaults(lane, reference, struck);
  return outcomes.map((outcome) => ({ ...outcome, problems: [...outcome.problems, ...steps.map(({ id }) => `${id} ended with another key`)] }));
}

async function resetTo(lane: Lane, event: number): Promise<void> {
  await lane.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: RUN },
    reason: 'fault suite',
    // The generated type asks for a Long; the encoder takes numbers as well.
    workflowTaskFinishEventId: event as never,
    requestId: `${event}-${performance.now()}`,
  });
}
