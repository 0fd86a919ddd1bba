/** Step 8: meta-labels of the analyst's signals on 1m bars, net of costs, with features known at the entry. */
import type { RunSpec } from '../config.js';
import { FINE_PERIOD_MS, TIMEFRAMES, tradingRules } from '../config.js';
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface TacticianLabelingParameters {
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly periodMs: number;
  readonly finePeriodMs: number;
  readonly market: 'spot' | 'perp';
  readonly features: 'minimal' | 'basic' | 'all';
  readonly costs: RunSpec['costs'];
}

export const tacticianLabeling = {
  id: 'tactician-labeling',
  activity: 'labelTactician',
  title: 'Label tactician examples',
  needs: ['data-collection', 'market-regime-classification', 'analyst-labeling-feature-engineering', 'analyst-ensemble-creation'],
  parameters: (plan: RunPlan): TacticianLabelingParameters => ({
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    periodMs: TIMEFRAMES[plan.settings.timeframe],
    finePeriodMs: FINE_PERIOD_MS,
    market: tradingRules(plan.spec.market),
    features: plan.settings.features,
    costs: plan.spec.costs,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 240,
  stallMinutes: 10,
  adapters: ['tables'],
} as const satisfies StepDefinition<'tactician-labeling', TacticianLabelingParameters>;
