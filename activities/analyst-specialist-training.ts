/** Step 5: a specialist per regime and family on the analyst's bars. */
import type { StepFunction } from '../pipeline/step-context.js';
import type { AnalystSpecialistTrainingParameters } from '../pipeline/steps/analyst-specialist-training.js';
import { loadAnalystExamples } from './specialist-examples.js';
import { runSpecialistStep } from './specialist-step.js';

/** Writes a unit's model, out-of-fold and later predictions and record; combined, `specialists` and `scores`. */
export const trainAnalystSpecialists: StepFunction<AnalystSpecialistTrainingParameters> = (context) =>
  runSpecialistStep(context, 'analyst-specialist-training', loadAnalystExamples);
