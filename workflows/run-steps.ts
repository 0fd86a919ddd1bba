/** The generic runner over the step table: a step starts when all it needs is done; branches settle where they are made. */
import { ActivityFailure, ApplicationFailure, condition, isCancellation, log } from '@temporalio/workflow';
import type { StepResult } from '../pipeline/artifacts.js';
import { isNeverRetried } from '../pipeline/errors.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StepFailure } from '../pipeline/run-status.js';
import type { StepDefinition } from '../pipeline/step.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { RunState } from './run-state.js';
import { stepActivity } from './step-activities.js';

type Step = (typeof STEPS)[number];
type Settled = { readonly result: StepResult } | { readonly error: unknown } | { readonly skipped: true };

/** Days that a parked step waits for an operator before it fails. */
const PARK_LIMIT = '7 days';

/**
 * The results of all steps, in table order.
 * @throws ApplicationFailure of the first step that failed for good, once running branches have ended
 */
export async function runSteps(run: RunState): Promise<StepResult[]> {
  const settled = new Map<StepId, Promise<Settled>>();
  for (const step of STEPS) settled.set(step.id, settle(runWhenReady(step, settled, run)));
  const outcomes = await Promise.all(settled.values());
  const cancelled = outcomes.find((outcome) => 'error' in outcome && isCancellation(outcome.error));
  if (cancelled !== undefined && 'error' in cancelled) throw cancelled.error;
  if (run.failure !== null) throw runFailure(run);
  const broken = outcomes.find((outcome) => 'error' in outcome);
  if (broken !== undefined && 'error' in broken) throw broken.error;
  return outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result] : []));
}

/** A promise that never rejects, so that a branch that ends early cannot stall the run (orchestration.md M6). */
async function settle(branch: Promise<StepResult | null>): Promise<Settled> {
  try {
    const result = await branch;
    return result === null ? { skipped: true } : { result };
  } catch (error) {
    return { error };
  }
}

async function runWhenReady(step: Step, settled: ReadonlyMap<StepId, Promise<Settled>>, run: RunState): Promise<StepResult | null> {
  const definition: StepDefinition = step;
  const before = await Promise.all([...definition.needs, ...(definition.after ?? [])].map(async (id) => settled.get(id as StepId)));
  await condition(() => !run.paused);
  if (run.failure !== null || before.some((outcome) => outcome === undefined || !('result' in outcome))) {
    run.skipped(step.id);
    return null;
  }
  for (;;) {
    const outcome = await attempt(step, run);
    if ('result' in outcome) {
      run.done(step.id, outcome.result);
      return outcome.result;
    }
    const failure = outcome.failure;
    // A reset keeps an activity's start but not its end: it must simply be scheduled again.
    if (failure.type === 'ResetWorkflow') continue;
    const mayPark = run.plan?.spec.onStepFailure === 'park' && !isNeverRetried(failure.type);
    if (mayPark && (await park(step.id, failure, run)) === 'retry') continue;
    run.failed(step.id, failure);
    throw outcome.error;
  }
}

async function attempt(step: Step, run: RunState): Promise<{ result: StepResult } | { failure: StepFailure; error: unknown }> {
  run.running(step.id);
  const { attempt: number } = run.step(step.id);
  const plan = run.plan as RunPlan;
  const definition: StepDefinition = step;
  const inputs = Object.fromEntries(definition.needs.map((id) => [id, run.step(id as StepId).result?.key ?? '']));
  const cache = plan.spec.cache.mode === 'off' || plan.spec.cache.refresh.includes(step.id) ? 'refresh' : 'use';
  try {
    if (plan.spec.fanOut === 'activities') {
      await Promise.all(
        (definition.units?.(plan) ?? []).map(async (unit) =>
          stepActivity(step, `${step.id}#${number}/${unit}`, `${step.title}: ${unit}`)({ plan, step: step.id, unit, inputs, cache }),
        ),
      );
    }
    // Units that were computed ahead are in the cache now; the step combines them.
    const combined = plan.spec.fanOut === 'activities' && cache === 'refresh' ? 'combine' : cache;
    return { result: await stepActivity(step, `${step.id}#${number}`, step.title)({ plan, step: step.id, unit: null, inputs, cache: combined }) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = failureOf(error);
    log.warn('step attempt failed', { step: step.id, attempt: number, type: failure.type });
    return { failure, error };
  }
}

async function park(id: StepId, failure: StepFailure, run: RunState): Promise<'retry' | 'fail'> {
  run.blocked(id, failure);
  const key = `${id}#${run.step(id).attempt}`;
  const answered = await condition(() => run.answers.has(key) || run.failure !== null, PARK_LIMIT);
  if (!answered) return 'fail';
  return run.answers.get(key) ?? 'fail';
}

function failureOf(error: unknown): StepFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? 'Error', message: cause.message };
  return cause instanceof Error ? { type: cause.name, message: cause.message } : { type: 'Error', message: String(cause) };
}

function runFailure(run: RunState): ApplicationFailure {
  const { step, error } = run.failure as NonNullable<RunState['failure']>;
  const event = run.step(step).resetEvent;
  return ApplicationFailure.create({
    type: error.type,
    nonRetryable: true,
    message: `step ${step} failed: ${error.type}: ${error.message} -- to resume: Reset to event ${event} (step ${step}), or start again with the same spec; finished steps come from the cache`,
  });
}
