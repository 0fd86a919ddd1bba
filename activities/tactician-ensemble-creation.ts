/** Step 10: the tactician's ensemble and P(success) of each example. */
import type { StepFunction } from '../pipeline/step-context.js';
import type { TacticianEnsembleCreationParameters } from '../pipeline/steps/tactician-ensemble-creation.js';
import { createEnsembles } from './ensemble-creation.js';

/** Writes `ensemble`, `predictions` and `scores`. @throws InsufficientData when no pooled specialist was trained. */
export const createTacticianEnsembles: StepFunction<TacticianEnsembleCreationParameters> = async (context) => {
  await createEnsembles(context, {
    role: 'tactician',
    labelStep: 'tactician-labeling',
    labelSchema: 'ares.tactician-labels',
    memberSteps: ['tactician-specialist-training'],
    output: 'predictions',
  });
};
