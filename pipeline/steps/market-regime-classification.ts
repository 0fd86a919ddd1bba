/** Step 2: analyst bars, and per bar the filtered regime probabilities of a hidden Markov model fitted on train. */
import { FINE_PERIOD_MS, TIMEFRAMES } from '../config.js';
import type { Span } from '../plan.js';
import type { RunPlan } from '../plan.js';
import type { StepDefinition } from '../step.js';

export interface MarketRegimeClassificationParameters {
  readonly seed: number;
  readonly window: Span;
  /** The model is fitted on bars known by train.toMs only. */
  readonly train: Span;
  readonly periodMs: number;
  readonly finePeriodMs: number;
  readonly states: 4;
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
    states: 4,
  }),
  queue: 'ares-cpu',
  startToCloseMinutes: 120,
  stallMinutes: 10,
  adapters: ['tables'],
} as const satisfies StepDefinition<'market-regime-classification', MarketRegimeClassificationParameters>;
