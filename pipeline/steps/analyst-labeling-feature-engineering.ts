/** Step 4: triple-barrier labels with the time each outcome is known, sample weights, causal features, pruning. */
import type { RunSpec } from '../config.js';
import { TIMEFRAMES } from '../config.js';
import type { PruningStage } from '../../core/pruning/pruning-stages.js';
import { PRUNING_STAGES } from '../../core/pruning/pruning-stages.js';
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface AnalystLabelingFeatureEngineeringParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly periodMs: number;
  readonly folds: number;
  readonly features: 'minimal' | 'basic' | 'all';
  readonly labels: RunSpec['labels'];
  readonly costs: RunSpec['costs'];
  readonly pruning: { readonly stages: readonly PruningStage[]; readonly keepShare: number; readonly maximumCorrelation: number };
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
    pruning: { ...plan.spec.pruning, stages: plan.spec.pruning.stages ?? stagesOf(plan.settings.features) },
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 240,
  stallMinutes: 10,
  adapters: ['tables', 'gradient-boosting'],
} as const satisfies StepDefinition<'analyst-labeling-feature-engineering', AnalystLabelingFeatureEngineeringParameters>;

/** The few minimal features are told apart quickly; of many, most say nothing of the label. */
function stagesOf(features: RunPlan['settings']['features']): readonly PruningStage[] {
  return features === 'minimal' ? ['variance', 'correlation'] : PRUNING_STAGES;
}
