/** Dry run: which steps of a spec would come from the cache, which not, and why. Computes nothing. */
import { ApplicationFailure } from '@temporalio/workflow';
import { parseRunSpec } from '../pipeline/config.js';
import type { PlanForecast, StepForecast } from '../pipeline/run-status.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import { planActivities } from './step-activities.js';

/**
 * The forecast of a run.
 * @param input the run spec, as for trainPipeline
 */
export async function explainPlan(input: unknown): Promise<PlanForecast> {
  const parsed = parseRunSpec(input);
  if (!parsed.ok) throw ApplicationFailure.nonRetryable(`InvalidSpec: ${parsed.problems.join('; ')}`, 'InvalidSpec');
  const { plan } = await planActivities.resolvePlan(parsed.spec);
  const forecasts = new Map<string, StepForecast>();
  for (const step of STEPS) forecasts.set(step.id, await forecast(step, plan, forecasts));
  return { plan, steps: [...forecasts.values()] };
}

async function forecast(step: (typeof STEPS)[number], plan: PlanForecast['plan'], known: ReadonlyMap<string, StepForecast>): Promise<StepForecast> {
  const definition: StepDefinition = step;
  const missing = definition.needs.find((id) => !known.get(id)?.cached);
  if (missing !== undefined) return { id: step.id, cached: false, reason: `step ${missing} is computed first`, key: null };
  if (plan.spec.cache.mode === 'off') return { id: step.id, cached: false, reason: 'the cache is off', key: null };
  const inputs = Object.fromEntries(definition.needs.map((id) => [id, known.get(id)?.key ?? '']));
  const found = await planActivities.lookUpStep({ plan, step: step.id as StepId, unit: null, inputs, cache: 'use' });
  if (plan.spec.cache.refresh.includes(step.id)) return { id: step.id, cached: false, reason: 'the spec asks for a refresh', key: found.key };
  return { id: step.id, cached: found.cached, reason: found.reason, key: found.key };
}
