/** The chain that is fitted inside a window: steps 2 to 12 with their functions, in the step table's order. */
import type { StepFunction } from '../pipeline/step-context.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { StepId } from '../pipeline/steps/index.js';
import { enhanceAnalysts } from './analyst-enhancement.js';
import { createAnalystEnsembles } from './analyst-ensemble-creation.js';
import { prepareAnalystData } from './analyst-labeling-feature-engineering.js';
import { trainAnalystSpecialists } from './analyst-specialist-training.js';
import { calibrateConfidence } from './confidence-calibration.js';
import { optimizeFinalParameters } from './final-parameters-optimization.js';
import { classifyMarketRegimes } from './market-regime-classification.js';
import { splitByRegime } from './regime-data-splitting.js';
import { createTacticianEnsembles } from './tactician-ensemble-creation.js';
import { labelTactician } from './tactician-labeling.js';
import { trainTacticianSpecialists } from './tactician-specialist-training.js';

/** Steps outside the chain: the data that all windows share, and what validates or saves a finished chain. */
type ChainStepId = Exclude<StepId, 'data-collection' | 'walk-forward-validation' | 'monte-carlo-validation' | 'ab-testing' | 'saving'>;

const CHAIN_FUNCTIONS = {
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
} as const satisfies Record<ChainStepId, StepFunction>;

/** A chain step: its entry in the table and its work. */
export interface ChainStep {
  readonly definition: StepDefinition;
  readonly run: StepFunction;
}

/** Steps 2 to 12 in order. */
export const CHAIN_STEPS: readonly ChainStep[] = STEPS.filter(
  (step): step is Extract<(typeof STEPS)[number], { id: ChainStepId }> => step.id in CHAIN_FUNCTIONS,
).map((definition) => ({ definition, run: CHAIN_FUNCTIONS[definition.id] }));
