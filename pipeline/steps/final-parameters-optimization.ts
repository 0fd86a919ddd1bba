/** Step 12: thresholds, sizing, risk, ensemble, regime and timing parameters, searched on selection through the backtest. */
import type { RunSpec } from '../config.js';
import { FINE_PERIOD_MS, TIMEFRAMES, tradingRules } from '../config.js';
import type { Segments } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface FinalParametersOptimizationParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly periodMs: number;
  readonly finePeriodMs: number;
  readonly market: 'spot' | 'perp';
  readonly costs: RunSpec['costs'];
  readonly trials: number;
  readonly minimumEffectiveSample: number;
}

export const finalParametersOptimization = {
  id: 'final-parameters-optimization',
  activity: 'optimizeFinalParameters',
  title: 'Optimise final parameters',
  needs: [
    'data-collection',
    'market-regime-classification',
    'analyst-labeling-feature-engineering',
    'analyst-specialist-training',
    'analyst-ensemble-creation',
    'tactician-labeling',
    'confidence-calibration',
  ],
  parameters: (plan: RunPlan): FinalParametersOptimizationParameters => ({
    seed: plan.spec.seed,
    segments: plan.segments,
    periodMs: TIMEFRAMES[plan.settings.timeframe],
    finePeriodMs: FINE_PERIOD_MS,
    market: tradingRules(plan.spec.market),
    costs: plan.spec.costs,
    trials: plan.settings.maxTrials,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 480,
  stallMinutes: 10,
  adapters: ['tables', 'row-log'],
} as const satisfies StepDefinition<'final-parameters-optimization', FinalParametersOptimizationParameters>;
