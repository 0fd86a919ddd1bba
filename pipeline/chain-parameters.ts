/** The parameters that a finished chain needs to be applied to raw bars: steps 13 to 16 and the bundle read them. */
import type { RunSpec } from './config.js';
import { FINE_PERIOD_MS, TIMEFRAMES, tradingRules } from './config.js';
import type { RunPlan, Segments, Span } from './plan.js';

/** Steps whose artifacts make up a finished chain and the data it is applied to. */
export const CHAIN_NEEDS = [
  'data-collection',
  'market-regime-classification',
  'regime-data-splitting',
  'analyst-labeling-feature-engineering',
  'analyst-specialist-training',
  'analyst-enhancement',
  'analyst-ensemble-creation',
  'tactician-labeling',
  'tactician-specialist-training',
  'tactician-ensemble-creation',
  'confidence-calibration',
  'final-parameters-optimization',
] as const;

export interface ChainParameters {
  readonly symbol: string;
  readonly market: 'spot' | 'perp';
  readonly window: Span;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly periodMs: number;
  readonly finePeriodMs: number;
  readonly features: 'minimal' | 'basic' | 'all';
  readonly costs: RunSpec['costs'];
  readonly device: 'cpu' | 'gpu';
  /** Least effective sample for a verdict. */
  readonly minimumEffectiveSample: number;
}

/** The chain parameters of a plan. */
export function chainParameters(plan: RunPlan): ChainParameters {
  return {
    symbol: plan.spec.symbol,
    market: tradingRules(plan.spec.market),
    window: plan.window,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    periodMs: TIMEFRAMES[plan.settings.timeframe],
    finePeriodMs: FINE_PERIOD_MS,
    features: plan.settings.features,
    costs: plan.spec.costs,
    device: plan.settings.device,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
  };
}
