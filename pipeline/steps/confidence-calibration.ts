/** Step 11: calibrators fitted on the calibration segment, chosen on its time-ordered folds, scored on selection. */
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface ConfidenceCalibrationParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly minimumEffectiveSample: number;
}

export const confidenceCalibration = {
  id: 'confidence-calibration',
  activity: 'calibrateConfidence',
  title: 'Calibrate confidence',
  needs: ['analyst-labeling-feature-engineering', 'analyst-ensemble-creation', 'tactician-labeling', 'tactician-ensemble-creation'],
  parameters: (plan: RunPlan): ConfidenceCalibrationParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 60,
  stallMinutes: 10,
  adapters: ['tables'],
} as const satisfies StepDefinition<'confidence-calibration', ConfidenceCalibrationParameters>;
