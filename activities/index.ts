/** Every step's function by step id: the compiler refuses to build while one is missing. */
import type { StepFunction } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';
import { runAbTest } from './ab-testing.js';
import { enhanceAnalysts } from './analyst-enhancement.js';
import { createAnalystEnsembles } from './analyst-ensemble-creation.js';
import { prepareAnalystData } from './analyst-labeling-feature-engineering.js';
import { trainAnalystSpecialists } from './analyst-specialist-training.js';
import { calibrateConfidence } from './confidence-calibration.js';
import { collectMarketData } from './data-collection.js';
import { optimizeFinalParameters } from './final-parameters-optimization.js';
import { classifyMarketRegimes } from './market-regime-classification.js';
import { validateMonteCarlo } from './monte-carlo-validation.js';
import { splitByRegime } from './regime-data-splitting.js';
import { saveResults } from './saving.js';
import { createTacticianEnsembles } from './tactician-ensemble-creation.js';
import { labelTactician } from './tactician-labeling.js';
import { trainTacticianSpecialists } from './tactician-specialist-training.js';
import { validateWalkForward } from './walk-forward-validation.js';

export type { PlanActivities } from './plan-activities.js';
export type { StepActivities } from './step-activities.js';

export const STEP_FUNCTIONS = {
  'data-collection': collectMarketData,
  'market-regime-classification': classifyMarketRegimes,
  'regime-data-splitting': splitByRegime,
  'analyst-labeling-feature-engineering': prepareAnalystData,
  'analyst-specialist-training': trainAnalystSpecialists,
  'analyst-enhancement': enhanceAnalysts,
  'analyst-ensemble-creation': createAnalystEnsembles,
  'tactician-labeling': labelTactician,
  'tactician-specialist-training': trainTacticianSpecialists,
  'tactician-ensemble-creation': createTacticianEnsembles,
  'confidence-calibration': calibrateConfidence,
  'final-parameters-optimization': optimizeFinalParameters,
  'walk-forward-validation': validateWalkForward,
  'monte-carlo-validation': validateMonteCarlo,
  'ab-testing': runAbTest,
  saving: saveResults,
} as const satisfies Record<StepId, StepFunction>;
