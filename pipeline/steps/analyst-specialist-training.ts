/** Step 5: per regime and model family a specialist, its purged out-of-fold predictions and one refit on all of train. */
import type { SpecialistTrainingParameters } from '../specialists.js';
import { analystFamilies, fitsNetworks, specialistTrainingParameters, specialistUnits } from '../specialists.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export type AnalystSpecialistTrainingParameters = SpecialistTrainingParameters;

export const analystSpecialistTraining = {
  id: 'analyst-specialist-training',
  activity: 'trainAnalystSpecialists',
  title: 'Train analyst specialists',
  needs: ['regime-data-splitting', 'analyst-labeling-feature-engineering'],
  parameters: (plan: RunPlan) => specialistTrainingParameters(plan, analystFamilies(plan)),
  units: (plan: RunPlan): readonly string[] => specialistUnits(analystFamilies(plan)),
  unitParameters: (plan: RunPlan, unit: string) => specialistTrainingParameters(plan, analystFamilies(plan), unit),
  queue: 'ares-cpu',
  fitsNetworks: (plan: RunPlan, unit: string | null): boolean => fitsNetworks(analystFamilies(plan), unit),
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'analyst-specialist-training', AnalystSpecialistTrainingParameters>;
