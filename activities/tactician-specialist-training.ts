/** Step 9: a meta-model per regime and family on the tactician's examples, folds purged by signal. */
import type { StepFunction } from '../pipeline/step-context.js';
import type { TacticianSpecialistTrainingParameters } from '../pipeline/steps/tactician-specialist-training.js';
import { loadTacticianExamples } from './specialist-examples.js';
import { runSpecialistStep } from './specialist-step.js';

/** Writes a unit's model, out-of-fold and later predictions and record; combined, `specialists` and `scores`. */
export const trainTacticianSpecialists: StepFunction<TacticianSpecialistTrainingParameters> = (context) =>
  runSpecialistStep(context, 'tactician-specialist-training', loadTacticianExamples);
