/** The generic runner over the step table: a step starts when all it needs is done; branches settle where they are made. */
import { ApplicationFailure, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { StepResult } from '../pipeline/artifacts.js';
import type { RunPlan } from '../pipeline/plan.js';
import { resetCommands } from '../pipeline/resume-commands.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { queueOf } from '../pipeline/step-definition.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { RunContext } from './run-stage.js';
import { runStage } from './run-stage.js';
import type { RunState } from './run-state.js';
import { stepActivity } from './step-activities.js';

type Step = (typeof STEPS)[number];
type Settled = { readonly result: StepResult } | { readonly error: unknown } | { readonly skipped: true };

/**
 * The results of all steps, in table order.
 * @throws ApplicationFailure of the first step that failed for good, once running branches have ended
 */
export async function runSteps(context: RunContext): Promise<StepResult[]> {
  const settled = new Map<StepId, Promise<Settled>>();
  for (const step of STEPS) settled.set(step.id, settle(runWhenReady(step, settled, context)));
  const outcomes = await Promise.all(settled.values());
  const cancelled = outcomes.find((outcome) => 'error' in outcome && isCancellation(outcome.error));
  if (cancelled !== undefined && 'error' in cancelled) throw cancelled.error;
  if (context.run.failure !== null) throw runFailure(context.run);
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

async function runWhenReady(step: Step, settled: ReadonlyMap<StepId, Promise<Settled>>, context: RunContext): Promise<StepResult | null> {
  const { run } = context;
  const definition: StepDefinition = step;
  const before = await Promise.all([...definition.needs, ...(definition.after ?? [])].map(async (id) => settled.get(id as StepId)));
  // A failure elsewhere ends the run; a pause must not hold that up.
  await condition(() => !run.paused || run.failure !== null);
  if (run.failure !== null || before.some((outcome) => outcome === undefined || !('result' in outcome))) {
    run.skipped(step.id);
    return null;
  }
  return runStage(
    {
      id: step.id,
      work: async (attempt, supplied) => {
        const result = supplied ?? (await runOnce(step, attempt, run));
        run.done(step.id, { result, supplied: supplied !== null });
        return result;
      },
    },
    context,
  );
}

async function runOnce(step: Step, attempt: number, run: RunState): Promise<StepResult> {
  // Read at the attempt's start: an operator may have changed the plan since the last one.
  const plan = run.plan as RunPlan;
  const attempts = plan.spec.stepAttempts;
  const definition: StepDefinition = step;
  const inputs = Object.fromEntries(definition.needs.map((id) => [id, run.step(id as StepId).result?.key ?? '']));
  const cache = plan.spec.cache.mode === 'off' || plan.spec.cache.refresh.includes(step.id) ? 'refresh' : 'use';
  if (plan.spec.fanOut === 'activities') {
    await Promise.all(
      (definition.units?.(plan) ?? []).map(async (unit) =>
        stepActivity(step, {
          activityId: `${step.id}#${attempt}/${unit}`,
          summary: `${step.title}: ${unit}`,
          attempts,
          queue: queueOf(definition, plan, unit),
        })({
          plan,
          step: step.id,
          unit,
          inputs,
          cache,
        }),
      ),
    );
  }
  // Units that were computed ahead are in the cache now; the step combines them.
  const combined = plan.spec.fanOut === 'activities' && cache === 'refresh' ? 'combine' : cache;
  return stepActivity(step, { activityId: `${step.id}#${attempt}`, summary: step.title, attempts, queue: queueOf(definition, plan, null) })({
    plan,
    step: step.id,
    unit: null,
    inputs,
    cache: combined,
  });
}

/** The run's failure, whose text names the event to reset to and the exact commands. */
export function runFailure(run: RunState): ApplicationFailure {
  const { stage, error } = run.failure as NonNullable<RunState['failure']>;
  const event = run.stage(stage).resetEvent;
  const commands = resetCommands(workflowInfo().workflowId, event);
  return ApplicationFailure.create({
    type: error.type,
    nonRetryable: true,
    message:
      `step ${stage} failed: ${error.type}: ${error.message} -- to resume: Reset to event ${event} (step ${stage}), that is \`${commands.ares}\` or \`${commands.temporal}\`, ` +
      'or start again with the same spec; finished steps come from the cache. A reset to the last workflow task fails again.',
  });
}
