/** Step 5: per regime and model family a specialist, its purged out-of-fold predictions and one refit on all of train. */
import type { SpecialistTrainingParameters } from '../specialists.js';
import { BASE_FAMILIES, specialistTrainingParameters, specialistUnits } from '../specialists.js';
import type { StepDefinition } from '../step.js';

export type AnalystSpecialistTrainingParameters = SpecialistTrainingParameters;

export const analystSpecialistTraining = {
  id: 'analyst-specialist-training',
  activity: 'trainAnalystSpecialists',
  title: 'Train analyst specialists',
  needs: ['regime-data-splitting', 'analyst-labeling-feature-engineering'],
  parameters: specialistTrainingParameters,
  units: (): readonly string[] => specialistUnits(BASE_FAMILIES),
  queue: 'ares-cpu',
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost'],
} as const satisfies StepDefinition<'analyst-specialist-training', AnalystSpecialistTrainingParameters>;
