/** The sixteen steps in order: the only place where the order stands. */
import { dataCollection } from './data-collection.js';
import { marketRegimeClassification } from './market-regime-classification.js';
import { regimeDataSplitting } from './regime-data-splitting.js';
import { analystLabelingFeatureEngineering } from './analyst-labeling-feature-engineering.js';
import { analystSpecialistTraining } from './analyst-specialist-training.js';
import { analystEnhancement } from './analyst-enhancement.js';
import { analystEnsembleCreation } from './analyst-ensemble-creation.js';
import { tacticianLabeling } from './tactician-labeling.js';
import { tacticianSpecialistTraining } from './tactician-specialist-training.js';
import { tacticianEnsembleCreation } from './tactician-ensemble-creation.js';
import { confidenceCalibration } from './confidence-calibration.js';
import { finalParametersOptimization } from './final-parameters-optimization.js';
import { walkForwardValidation } from './walk-forward-validation.js';
import { monteCarloValidation } from './monte-carlo-validation.js';
import { abTesting } from './ab-testing.js';
import { saving } from './saving.js';

/** Every step once; a step stands after all that it needs. */
export const STEPS = [
  dataCollection,
  marketRegimeClassification,
  regimeDataSplitting,
  analystLabelingFeatureEngineering,
  analystSpecialistTraining,
  analystEnhancement,
  analystEnsembleCreation,
  tacticianLabeling,
  tacticianSpecialistTraining,
  tacticianEnsembleCreation,
  confidenceCalibration,
  finalParametersOptimization,
  walkForwardValidation,
  monteCarloValidation,
  abTesting,
  saving,
] as const;

export type StepId = (typeof STEPS)[number]['id'];
export type ActivityName = (typeof STEPS)[number]['activity'];

/** The step of an id. @throws RangeError on an unknown id. */
export function stepById(id: string): (typeof STEPS)[number] {
  const step = STEPS.find((candidate) => candidate.id === id);
  if (step === undefined) throw new RangeError(`unknown step ${id}; expected one of ${STEPS.map((s) => s.id).join(', ')}`);
  return step;
}
