/** Queries and updates of a run. Each update takes one JSON object, as the Temporal UI sends it. */
import { defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import type { UpdateInput, UpdateName } from '../pipeline/operator-updates.js';
import { UPDATE_DESCRIPTIONS } from '../pipeline/operator-updates.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { RunStatus } from '../pipeline/run-status.js';
import { adjustRun, answerStep, checkAdjust, checkAnswer, checkPaused, pauseRun, supplyStep } from './operator-updates.js';
import type { RunState } from './run-state.js';

export const statusQuery = defineQuery<RunStatus>('status');
export const planQuery = defineQuery<RunPlan | null>('plan');
export const artifactsQuery = defineQuery<readonly ArtifactRef[]>('artifacts');

interface UpdateHandler<Name extends UpdateName> {
  /** Throws what refuses the update before it enters the history. */
  readonly validate: (input: UpdateInput<Name>, run: RunState) => void;
  /** The update's answer, one sentence. */
  readonly handle: (input: UpdateInput<Name>, run: RunState) => Promise<string> | string;
}

const UPDATES: { readonly [Name in UpdateName]: UpdateHandler<Name> } = {
  retryStep: { validate: (input, run) => checkAnswer('retryStep', input, run), handle: async (input, run) => answerStep('retryStep', input, run) },
  skipStep: { validate: (input, run) => checkAnswer('skipStep', input, run), handle: supplyStep },
  failRun: { validate: (input, run) => checkAnswer('failRun', input, run), handle: async (input, run) => answerStep('failRun', input, run) },
  setPaused: { validate: checkPaused, handle: pauseRun },
  adjust: { validate: checkAdjust, handle: adjustRun },
};

/** Registers every handler of a run. */
export function registerHandlers(run: RunState): void {
  setHandler(statusQuery, () => run.status(), { description: 'State of the run and of each step' });
  setHandler(planQuery, () => run.plan, { description: 'The resolved plan' });
  setHandler(artifactsQuery, () => run.status().steps.flatMap((step) => step.result?.artifacts ?? []), { description: 'Artifacts of finished steps' });
  for (const name of Object.keys(UPDATES) as UpdateName[]) registerUpdate(name, run);
}

function registerUpdate<Name extends UpdateName>(name: Name, run: RunState): void {
  const { validate, handle } = UPDATES[name];
  setHandler(defineUpdate<string, [UpdateInput<Name>]>(name), async (input) => handle(input, run), {
    validator: (input) => validate(input, run),
    description: UPDATE_DESCRIPTIONS[name],
  });
}
