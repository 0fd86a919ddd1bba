/** What any strategy must stand beside: holding the asset, and doing nothing, under the same cost rules. */
import type { BacktestMarket } from './backtest-market.js';
import type { BacktestResult } from './backtest-result.js';
import type { Decisions } from './decisions.js';
import { runBacktest } from './run-backtest.js';
import { DEFAULT_STRATEGY_PARAMETERS } from './strategy-parameters.js';
import type { TradingCosts } from './trading-costs.js';

export interface Baselines {
  /** Bought with all capital at the span's first opening, sold at its last close; fees, slippage and funding as for the strategy. */
  readonly buyAndHold: BacktestResult;
  /** No position: equity stays at 1. */
  readonly flat: BacktestResult;
}

/** The baselines of a market; `volatility` (one analyst bar's log return) is for the impact of the two orders. */
export function runBaselines(market: BacktestMarket, costs: TradingCosts, volatility: number): Baselines {
  const settings = {
    parameters: {
      ...DEFAULT_STRATEGY_PARAMETERS,
      risk: { takeProfitScale: 1, stopLossScale: 1, dailyLossLimit: Number.POSITIVE_INFINITY, maximumDrawdown: Number.POSITIVE_INFINITY },
    },
    barriers: { takeProfit: Number.POSITIVE_INFINITY, stopLoss: Number.POSITIVE_INFINITY, holdingBars: Number.POSITIVE_INFINITY },
    costs,
    capital: 'compounding',
  } as const;
  return {
    buyAndHold: runBacktest(singleLong(market.openTimeMs[0]!, volatility), market, settings),
    flat: runBacktest(emptyDecisions(), market, settings),
  };
}

/** No decision at all. */
export function emptyDecisions(): Decisions {
  const none = new Float64Array(0);
  return { signalTimeMs: none, entryTimeMs: none, side: new Int32Array(0), analyst: none, tactician: none, pooled: none, volatility: none, regimes: none };
}

function singleLong(timeMs: number, volatility: number): Decisions {
  const one = Float64Array.of(1);
  return {
    signalTimeMs: Float64Array.of(timeMs),
    entryTimeMs: Float64Array.of(timeMs),
    side: Int32Array.of(1),
    analyst: one,
    tactician: one,
    pooled: one,
    volatility: Float64Array.of(volatility),
    regimes: Float64Array.of(1, 0, 0, 0),
  };
}
