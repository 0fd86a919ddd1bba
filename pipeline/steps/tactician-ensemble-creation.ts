/** Step 10: the tactician's stacking, as for the analyst. */
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface TacticianEnsembleCreationParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
}

export const tacticianEnsembleCreation = {
  id: 'tactician-ensemble-creation',
  activity: 'createTacticianEnsembles',
  title: 'Create tactician ensembles',
  needs: ['market-regime-classification', 'tactician-labeling', 'tactician-specialist-training'],
  parameters: (plan: RunPlan): TacticianEnsembleCreationParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    folds: plan.spec.folds,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 120,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting'],
} as const satisfies StepDefinition<'tactician-ensemble-creation', TacticianEnsembleCreationParameters>;
