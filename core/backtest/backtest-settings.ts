/** What a backtest trades by: the strategy, the barriers and the costs. */
import type { BarrierChoice } from './barrier-choice.js';
import type { StrategyParameters } from './strategy-parameters.js';
import type { TradingCosts } from './trading-costs.js';

export interface BacktestSettings {
  readonly parameters: StrategyParameters;
  readonly barriers: BarrierChoice;
  readonly costs: TradingCosts;
  /** compounding: sizes are fractions of the equity at the entry; fixed: of the initial capital. */
  readonly capital: 'compounding' | 'fixed';
}
