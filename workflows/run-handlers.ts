/** Queries and updates of a run. Each update takes one JSON object, as the Temporal UI sends it. */
import { defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { RunStatus } from '../pipeline/run-status.js';
import type { StepId } from '../pipeline/steps/index.js';
import type { RunState } from './run-state.js';

const answerSchema = z.strictObject({ step: z.string(), attempt: z.int().min(1), note: z.string().optional() });
const pausedSchema = z.strictObject({ paused: z.boolean() });
type Answer = z.infer<typeof answerSchema>;

export const statusQuery = defineQuery<RunStatus>('status');
export const planQuery = defineQuery<RunPlan | null>('plan');
export const artifactsQuery = defineQuery<readonly ArtifactRef[]>('artifacts');
export const retryStepUpdate = defineUpdate<string, [Answer]>('retryStep');
export const failRunUpdate = defineUpdate<string, [Answer]>('failRun');
export const setPausedUpdate = defineUpdate<string, [z.infer<typeof pausedSchema>]>('setPaused');

/** Registers every handler of a run. */
export function registerHandlers(run: RunState): void {
  setHandler(statusQuery, () => run.status(), { description: 'State of the run and of each step' });
  setHandler(planQuery, () => run.plan, { description: 'The resolved plan' });
  setHandler(artifactsQuery, () => run.status().steps.flatMap((step) => step.result?.artifacts ?? []), { description: 'Artifacts of finished steps' });
  const validator = (input: Answer): void => checkAnswer(input, run);
  setHandler(retryStepUpdate, (input) => answer(input, 'retry', run), { validator, description: 'Run a blocked step again: {"step":"...","attempt":1}' });
  setHandler(failRunUpdate, (input) => answer(input, 'fail', run), { validator, description: 'End the run at a blocked step: {"step":"...","attempt":1}' });
  setHandler(
    setPausedUpdate,
    ({ paused }) => {
      run.setPaused(paused);
      return paused ? 'no further step starts until {"paused":false}' : 'going on';
    },
    { validator: (input) => checkShape(pausedSchema, input), description: 'Start no further step, or go on: {"paused":true}' },
  );
}

function answer(input: Answer, decision: 'retry' | 'fail', run: RunState): string {
  run.answers.set(`${input.step}#${input.attempt}`, decision);
  return decision === 'retry' ? `step ${input.step} runs again` : `the run fails at ${input.step}`;
}

/** Refuses what does not name the step that is blocked now: a reset delivers old updates again. */
function checkAnswer(input: Answer, run: RunState): void {
  checkShape(answerSchema, input);
  const step = run.status().steps.find((candidate) => candidate.id === (input.step as StepId));
  if (step?.state !== 'blocked') throw new Error(`step ${input.step} is ${step?.state ?? 'unknown'}, not blocked`);
  if (step.attempt !== input.attempt) throw new Error(`step ${input.step} is blocked at attempt ${step.attempt}, not ${input.attempt}`);
}

function checkShape(schema: z.ZodType, input: unknown): void {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; '));
}
