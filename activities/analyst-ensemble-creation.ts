/** Step 7: the analyst's ensemble and its signals for train (out of fold at both levels), calibration and selection. */
import type { StepFunction } from '../pipeline/step-context.js';
import type { AnalystEnsembleCreationParameters } from '../pipeline/steps/analyst-ensemble-creation.js';
import { createEnsembles } from './ensemble-creation.js';

/** Writes `ensemble`, `signals` and `scores`. @throws InsufficientData when no pooled specialist was trained. */
export const createAnalystEnsembles: StepFunction<AnalystEnsembleCreationParameters> = async (context) => {
  await createEnsembles(context, {
    role: 'analyst',
    labelStep: 'analyst-labeling-feature-engineering',
    labelSchema: 'ares.labels',
    memberSteps: ['analyst-specialist-training', 'analyst-enhancement'],
    output: 'signals',
  });
};
