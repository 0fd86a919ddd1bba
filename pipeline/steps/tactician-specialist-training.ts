/** Step 9: meta-models per regime and family on the tactician's examples, folds purged by signal. */
import type { SpecialistTrainingParameters } from '../specialists.js';
import { tacticianFamilies, fitsNetworks, specialistTrainingParameters, specialistUnits } from '../specialists.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export type TacticianSpecialistTrainingParameters = SpecialistTrainingParameters;

export const tacticianSpecialistTraining = {
  id: 'tactician-specialist-training',
  activity: 'trainTacticianSpecialists',
  title: 'Train tactician specialists',
  needs: ['tactician-labeling'],
  parameters: (plan: RunPlan) => specialistTrainingParameters(plan, tacticianFamilies(plan)),
  units: (plan: RunPlan): readonly string[] => specialistUnits(tacticianFamilies(plan)),
  unitParameters: (plan: RunPlan, unit: string) => specialistTrainingParameters(plan, tacticianFamilies(plan), unit),
  queue: 'ares-cpu',
  fitsNetworks: (plan: RunPlan, unit: string | null): boolean => fitsNetworks(tacticianFamilies(plan), unit),
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting', 'xgboost', 'tensor-backend'],
} as const satisfies StepDefinition<'tactician-specialist-training', TacticianSpecialistTrainingParameters>;
