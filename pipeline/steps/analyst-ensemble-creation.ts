/** Step 7: stacking on out-of-fold predictions, routed by regime probability; the analyst's signals for train, calibration and selection. */
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface AnalystEnsembleCreationParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
}

export const analystEnsembleCreation = {
  id: 'analyst-ensemble-creation',
  activity: 'createAnalystEnsembles',
  title: 'Create analyst ensembles',
  needs: [
    'market-regime-classification',
    'regime-data-splitting',
    'analyst-labeling-feature-engineering',
    'analyst-specialist-training',
    'analyst-enhancement',
  ],
  parameters: (plan: RunPlan): AnalystEnsembleCreationParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    folds: plan.spec.folds,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 120,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'tensor-backend'],
} as const satisfies StepDefinition<'analyst-ensemble-creation', AnalystEnsembleCreationParameters>;
