/** Step 9: meta-models per regime and family on the tactician's examples, folds purged by signal. */
import type { SpecialistTrainingParameters } from '../specialists.js';
import { BASE_FAMILIES, specialistTrainingParameters, specialistUnits } from '../specialists.js';
import type { StepDefinition } from '../step.js';

export type TacticianSpecialistTrainingParameters = SpecialistTrainingParameters;

export const tacticianSpecialistTraining = {
  id: 'tactician-specialist-training',
  activity: 'trainTacticianSpecialists',
  title: 'Train tactician specialists',
  needs: ['tactician-labeling'],
  parameters: specialistTrainingParameters,
  units: (): readonly string[] => specialistUnits(BASE_FAMILIES),
  queue: 'ares-cpu',
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost'],
} as const satisfies StepDefinition<'tactician-specialist-training', TacticianSpecialistTrainingParameters>;
