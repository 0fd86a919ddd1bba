/** Step 5: per regime and model family a specialist, its purged out-of-fold predictions and one refit on all of train. */
import type { Segments } from '../plan.js';
import { BASE_FAMILIES, specialistUnits } from '../specialists.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface AnalystSpecialistTrainingParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
  readonly families: readonly string[];
}

export const analystSpecialistTraining = {
  id: 'analyst-specialist-training',
  activity: 'trainAnalystSpecialists',
  title: 'Train analyst specialists',
  needs: ['regime-data-splitting', 'analyst-labeling-feature-engineering'],
  parameters: (plan: RunPlan): AnalystSpecialistTrainingParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    folds: plan.spec.folds,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
    families: BASE_FAMILIES,
  }),
  units: (): readonly string[] => specialistUnits(BASE_FAMILIES),
  queue: 'ares-cpu',
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting'],
} as const satisfies StepDefinition<'analyst-specialist-training', AnalystSpecialistTrainingParameters>;
