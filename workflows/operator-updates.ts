/** What each operator update checks and does. Checks run before an update enters the history, and again after a reset. */
import { ApplicationFailure, condition } from '@temporalio/workflow';
import { adjustPlan, adjustSpec } from '../pipeline/adjust-plan.js';
import type { Overrides } from '../pipeline/adjust-plan.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { UpdateInput, UpdateName } from '../pipeline/operator-updates.js';
import { updateProblems } from '../pipeline/operator-updates.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StageId } from '../pipeline/stage.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { StepId } from '../pipeline/steps/index.js';
import { failureOf } from './failure-of.js';
import type { RunState } from './run-state.js';
import { operatorActivities } from './step-activities.js';

type AnswerName = 'retryStep' | 'skipStep' | 'failRun';

/** @throws Error unless the update answers the stage that is blocked now, at its present attempt, and nothing answers it yet */
export function checkAnswer(name: AnswerName, input: UpdateInput<AnswerName>, run: RunState): void {
  checkShape(name, input, run);
  const { step, attempt } = input;
  const id = stageId(step);
  if (id === null) throw new Error(`step: unknown step ${JSON.stringify(step)}; expected plan or one of ${STEPS.map((known) => known.id).join(', ')}`);
  const stage = run.stage(id);
  if (stage.state !== 'blocked') throw new Error(`step ${step} is ${stage.state}, not blocked`);
  if (stage.attempt !== attempt) throw new Error(`step ${step} is blocked at attempt ${stage.attempt}, not ${attempt}`);
  if (run.answer(id) !== null) throw new Error(`step ${step} has been answered at attempt ${attempt} already`);
  if (name === 'skipStep' && id === 'plan') throw new Error('step plan: a plan cannot be supplied; mend the cause and send retryStep');
  if (name === 'retryStep') checkOverrides((input as UpdateInput<'retryStep'>).overrides, run);
}

/** @throws Error on a wrong shape, or when it changes nothing */
export function checkPaused(input: UpdateInput<'setPaused'>, run: RunState): void {
  checkShape('setPaused', input, run);
  if (input.paused === run.paused) throw new Error(`the run is ${run.paused ? 'paused' : 'not paused'} already`);
}

/** @throws Error on a wrong shape, where planning is blocked, or when a started step reads what would change */
export function checkAdjust(input: UpdateInput<'adjust'>, run: RunState): void {
  checkShape('adjust', input, run);
  if (run.stage('plan').state === 'blocked') throw new Error('planning is blocked: send retryStep with overrides');
  checkOverrides(input.overrides, run);
}

/** Retries a blocked stage, with other parameters if the operator says so, or ends the run there. */
export async function answerStep(name: 'retryStep' | 'failRun', input: UpdateInput<'retryStep'>, run: RunState): Promise<string> {
  const id = input.step as StageId;
  return settle({ update: name, input, run }, async () => {
    run.setAnswer(id, 'pending');
    const changes = input.overrides === undefined ? [] : await applyOverrides(input.overrides, run);
    run.setAnswer(id, { decision: name === 'retryStep' ? 'retry' : 'fail' });
    if (name === 'failRun') return `the run fails at ${id}`;
    return `step ${id} runs again${changes.length === 0 ? '' : ` with ${changes.join('; ')}`}`;
  });
}

/** Takes an operator's manifest in place of the blocked step's result, once an activity has checked all of it. */
export async function supplyStep(input: UpdateInput<'skipStep'>, run: RunState): Promise<string> {
  const id = input.step as StepId;
  return settle({ update: 'skipStep', input, run }, async () => {
    run.setAnswer(id, 'pending');
    const result = await operatorActivities.checkSupplied({ plan: run.plan as RunPlan, step: id, artifact: input.artifact, note: input.note });
    run.setAnswer(id, { decision: 'supply', result });
    return `step ${id} is done with ${result.artifactCount} supplied artifacts of ${input.artifact}`;
  });
}

/** Pauses between steps, or goes on. */
export async function pauseRun(input: UpdateInput<'setPaused'>, run: RunState): Promise<string> {
  return settle({ update: 'setPaused', input, run }, async () => {
    run.setPaused(input.paused);
    return input.paused ? 'no further step starts until {"paused":false}' : 'going on';
  });
}

/** Changes parameters of the steps that have not started. */
export async function adjustRun(input: UpdateInput<'adjust'>, run: RunState): Promise<string> {
  return settle({ update: 'adjust', input, run }, async () => {
    // A reset to the start delivers an earlier adjustment before the plan is made again: it must not be lost.
    await condition(() => run.plan !== null || run.isClosed);
    if (run.isClosed) throw ApplicationFailure.nonRetryable('the run ended before it had a plan', 'InvalidSpec');
    return (await applyOverrides(input.overrides, run)).join('; ');
  });
}

/** Notes what came of an update. Only an ApplicationFailure may leave a handler: another error would stall the run. */
async function settle({ update, input, run }: { update: UpdateName; input: object; run: RunState }, work: () => Promise<string>): Promise<string> {
  const { step = null, attempt = null, note = null } = input as { step?: string; attempt?: number; note?: string };
  const about = { update, step, attempt, note };
  try {
    const detail = await work();
    run.noteAction({ ...about, outcome: 'applied', detail });
    return detail;
  } catch (error) {
    const { type, message } = failureOf(error);
    if (step !== null) run.setAnswer(step as StageId, null);
    run.noteAction({ ...about, outcome: 'refused', detail: `${type}: ${message}` });
    throw ApplicationFailure.nonRetryable(message, type);
  }
}

/** The changes, in words. The plan's hash is made by an activity, during which steps may start: the check is repeated. */
async function applyOverrides(overrides: Overrides, run: RunState): Promise<readonly string[]> {
  if (run.plan === null) {
    const spec = adjustSpec(run.spec, overrides);
    if (!spec.ok) throw ApplicationFailure.nonRetryable(spec.problems.join('; '), 'InvalidSpec');
    run.spec = spec.value;
    return spec.changes;
  }
  for (;;) {
    const before = adjusted(overrides, run);
    const { planHash } = await operatorActivities.hashPlan(before.value);
    const after = adjusted(overrides, run);
    if (canonicalJson(before.value) !== canonicalJson(after.value)) continue;
    run.planned(after.value, planHash);
    return after.changes;
  }
}

function adjusted(overrides: Overrides, run: RunState): { value: RunPlan; changes: readonly string[] } {
  const next = adjustPlan(run.plan as RunPlan, overrides, run.started());
  if (!next.ok) throw ApplicationFailure.nonRetryable(next.problems.join('; '), 'InvalidSpec');
  return next;
}

function checkOverrides(overrides: Overrides | undefined, run: RunState): void {
  if (overrides === undefined) return;
  const next = run.plan === null ? adjustSpec(run.spec, overrides) : adjustPlan(run.plan, overrides, run.started());
  if (!next.ok) throw new Error(next.problems.join('; '));
}

function checkShape(name: UpdateName, input: unknown, run: RunState): void {
  const problems = updateProblems(name, input);
  if (problems !== null) throw new Error(problems);
  if (run.isClosed) throw new Error('the run has ended');
}

function stageId(text: string): StageId | null {
  return text === 'plan' ? text : (STEPS.find((step) => step.id === text)?.id ?? null);
}
