/** Step 2: analyst bars, and per bar the filtered regime probabilities of a model fitted on train. */
import type { ExternalName } from '../../core/data/external-series.js';
import type { RunSpec } from '../config.js';
import { FINE_PERIOD_MS, TIMEFRAMES } from '../config.js';
import type { Span } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step-definition.js';

export interface MarketRegimeClassificationParameters {
  readonly seed: number;
  readonly window: Span;
  /** The model is fitted on bars known by train.toMs only. */
  readonly train: Span;
  readonly periodMs: number;
  readonly finePeriodMs: number;
  readonly regimes: RunSpec['regimes'];
  /** End of what quality may be told of: a step before the test segment reports nothing of it. */
  readonly reportUntilMs: number;
  readonly imputation: RunSpec['imputation'];
  /** Series and other assets that the bars get as columns. */
  readonly external: readonly ExternalName[];
  readonly pairs: readonly string[];
}

export const marketRegimeClassification = {
  id: 'market-regime-classification',
  activity: 'classifyMarketRegimes',
  title: 'Classify market regimes',
  needs: ['data-collection'],
  parameters: (plan: RunPlan): MarketRegimeClassificationParameters => ({
    seed: plan.spec.seed,
    window: plan.window,
    train: plan.segments.train,
    periodMs: TIMEFRAMES[plan.settings.timeframe],
    finePeriodMs: FINE_PERIOD_MS,
    regimes: plan.spec.regimes,
    reportUntilMs: plan.segments.selection.toMs,
    imputation: plan.spec.imputation,
    external: plan.spec.external,
    pairs: plan.spec.pairs,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 120,
  stallMinutes: 10,
  adapters: ['tables'],
} as const satisfies StepDefinition<'market-regime-classification', MarketRegimeClassificationParameters>;
