/** Step 4: triple-barrier labels with the time each outcome is known, sample weights, causal features, pruning. */
import type { RunSpec } from '../config.js';
import { TIMEFRAMES } from '../config.js';
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface AnalystLabelingFeatureEngineeringParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly periodMs: number;
  readonly folds: number;
  readonly features: 'minimal' | 'basic' | 'all';
  readonly labels: RunSpec['labels'];
  readonly costs: RunSpec['costs'];
}

export const analystLabelingFeatureEngineering = {
  id: 'analyst-labeling-feature-engineering',
  activity: 'prepareAnalystData',
  title: 'Label and engineer analyst features',
  needs: ['data-collection', 'market-regime-classification', 'regime-data-splitting'],
  parameters: (plan: RunPlan): AnalystLabelingFeatureEngineeringParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    periodMs: TIMEFRAMES[plan.settings.timeframe],
    folds: plan.spec.folds,
    features: plan.settings.features,
    labels: plan.spec.labels,
    costs: plan.spec.costs,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 240,
  stallMinutes: 10,
  adapters: ['tables'],
} as const satisfies StepDefinition<'analyst-labeling-feature-engineering', AnalystLabelingFeatureEngineeringParameters>;
