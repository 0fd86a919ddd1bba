/** Step 9: meta-models per regime and family on the tactician's examples, folds purged by signal. */
import type { Segments } from '../plan.js';
import { BASE_FAMILIES, specialistUnits } from '../specialists.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface TacticianSpecialistTrainingParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
  readonly families: readonly string[];
}

export const tacticianSpecialistTraining = {
  id: 'tactician-specialist-training',
  activity: 'trainTacticianSpecialists',
  title: 'Train tactician specialists',
  needs: ['tactician-labeling'],
  parameters: (plan: RunPlan): TacticianSpecialistTrainingParameters => ({
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
} as const satisfies StepDefinition<'tactician-specialist-training', TacticianSpecialistTrainingParameters>;
