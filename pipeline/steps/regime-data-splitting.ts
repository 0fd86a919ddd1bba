/** Step 3: one dataset per regime; a thin regime is reported and pooled by rule. */
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface RegimeDataSplittingParameters {
  readonly segments: Segments;
  /** A regime with fewer train bars than this is pooled. */
  readonly minimumTrainBars: number;
}

export const regimeDataSplitting = {
  id: 'regime-data-splitting',
  activity: 'splitByRegime',
  title: 'Split data by regime',
  needs: ['market-regime-classification'],
  parameters: (plan: RunPlan): RegimeDataSplittingParameters => ({
    segments: plan.segments,
    minimumTrainBars: plan.spec.minimumEffectiveSample,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 30,
  stallMinutes: 10,
  adapters: ['tables'],
} as const satisfies StepDefinition<'regime-data-splitting', RegimeDataSplittingParameters>;
