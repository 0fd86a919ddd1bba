/** A trained chain scored on a segment of raw bars: decisions, backtest and baselines over the same bars with the same costs. */
import type { BacktestMarket } from '../backtest/backtest-market.js';
import { prepareMarket } from '../backtest/backtest-market.js';
import type { BacktestResult } from '../backtest/backtest-result.js';
import type { Baselines } from '../backtest/baselines.js';
import { runBaselines } from '../backtest/baselines.js';
import type { BacktestSettings } from '../backtest/backtest-settings.js';
import { runBacktest } from '../backtest/run-backtest.js';
import type { TradingCosts } from '../backtest/trading-costs.js';
import type { ChainDecisions } from '../chain/apply-chain.js';
import { applyChain } from '../chain/apply-chain.js';
import type { FeatureMemo } from '../chain/feature-memo.js';
import type { TrainedChain } from '../chain/trained-chain.js';
import type { Bars } from '../data/bars.js';
import type { Table } from '../data/table.js';
import { float64Column } from '../data/table.js';
import { mean } from '../stats/moments.js';

export interface SegmentData {
  /** 1m bars from the window's begin: features need the history before the segment. */
  readonly fineBars: Bars;
  /** Schema ares.funding. */
  readonly funding: Table;
  /** Where features of exactly these bars and payments may be remembered; default nowhere. */
  readonly memo?: FeatureMemo;
}

export interface SegmentTerms {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
  readonly market: 'spot' | 'perp';
  readonly costs: TradingCosts;
}

export interface SegmentScore {
  readonly decisions: ChainDecisions;
  readonly market: BacktestMarket;
  /** The chain's own parameters and barriers. */
  readonly settings: BacktestSettings;
  readonly result: BacktestResult;
  readonly baselines: Baselines;
}

/** The score of a chain; nothing after `toMs` is read. @throws InsufficientData when the segment holds no bar */
export function scoreSegment(chain: TrainedChain, data: SegmentData, terms: SegmentTerms): SegmentScore {
  const decisions = applyChain(
    chain,
    {
      fineBars: data.fineBars,
      funding: { timeMs: float64Column(data.funding, 'timeMs'), rate: float64Column(data.funding, 'rate') },
      ...(data.memo === undefined ? {} : { memo: data.memo }),
    },
    terms,
  );
  const market = prepareMarket(data.fineBars, data.funding, terms);
  const { takeProfit, stopLoss, holdingBars } = chain.labelChoice;
  const settings: BacktestSettings = {
    parameters: chain.parameters,
    barriers: { takeProfit, stopLoss, holdingBars },
    costs: terms.costs,
    capital: 'compounding',
  };
  return {
    decisions,
    market,
    settings,
    result: runBacktest(decisions, market, settings),
    baselines: runBaselines(market, terms.costs, decisions.volatility.length === 0 ? 0 : mean(decisions.volatility)),
  };
}
