/** What a backtest leaves: trades, equity on a fixed clock, and the sums that explain the difference between gross and net. */
import type { Table } from '../data/table.js';
import { makeTable } from '../data/table.js';

export type ExitReason = 'take-profit' | 'stop-loss' | 'holding-period' | 'daily-loss-limit' | 'drawdown-limit' | 'end-of-data';

/**
 * Amounts are fractions of the initial capital; prices are bar prices, slippage stands beside them.
 * netPnl = grossPnl - fees - slippage - funding.
 */
export interface BacktestTrades {
  readonly entryTimeMs: Float64Array;
  /** Time of the exit's open, or the close of the bar inside which a barrier was touched. */
  readonly exitTimeMs: Float64Array;
  /** 1 long, -1 short. */
  readonly side: Int32Array;
  readonly entryPrice: Float64Array;
  readonly exitPrice: Float64Array;
  /** Base units for one unit of initial capital, above zero. */
  readonly quantity: Float64Array;
  readonly grossPnl: Float64Array;
  readonly fees: Float64Array;
  /** Half-spread and impact of both market orders. */
  readonly slippage: Float64Array;
  /** Funding paid; below zero when received. */
  readonly funding: Float64Array;
  readonly netPnl: Float64Array;
  readonly exitReason: readonly ExitReason[];
  /** Row of the decision that was followed. */
  readonly decision: Int32Array;
}

/** Equity at the span's begin and at each analyst close, open profit included, before the costs of closing. */
export interface EquityCurve {
  readonly timeMs: Float64Array;
  /** Starts at 1. */
  readonly equity: Float64Array;
  /** Signed value of the position as a fraction of the initial capital. */
  readonly position: Float64Array;
  /** Last close known at the time; the first open before any close. */
  readonly price: Float64Array;
}

export interface BacktestResult {
  readonly trades: BacktestTrades;
  readonly equity: EquityCurve;
  /** Sums over the trades, fractions of the initial capital. */
  readonly fees: number;
  readonly slippage: number;
  readonly funding: number;
  readonly grossPnl: number;
  readonly netPnl: number;
  /** Notional traded as taker and as maker, fractions of the initial capital. */
  readonly takerTurnover: number;
  readonly makerTurnover: number;
  /** Share of the fine bars with an open position. */
  readonly exposure: number;
  /** Decisions by what became of them; their sum is the number of decisions in the span. */
  readonly decisions: {
    readonly traded: number;
    readonly belowThreshold: number;
    readonly unsized: number;
    /** A position was open, or the signal had been followed before. */
    readonly busy: number;
    /** No bar opened before the holding period (or the data) ended. */
    readonly expired: number;
    /** The daily loss or drawdown limit forbade the entry. */
    readonly limited: number;
  };
  /** Time at which the drawdown limit ended trading; null if it did not. */
  readonly stoppedAtMs: number | null;
}

/** The trades as a table of schema ares.backtest-trades. */
export function tradesTable(trades: BacktestTrades): Table {
  return makeTable({ ...trades });
}

/** The equity as a table of schema ares.equity. */
export function equityTable(equity: EquityCurve): Table {
  return makeTable({ ...equity });
}
