/** Collects trades one at a time into columns. */
import type { BacktestTrades, ExitReason } from './backtest-result.js';

export interface Trade {
  readonly entryTimeMs: number;
  readonly exitTimeMs: number;
  readonly side: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly quantity: number;
  readonly grossPnl: number;
  readonly fees: number;
  readonly slippage: number;
  readonly funding: number;
  readonly exitReason: ExitReason;
  readonly decision: number;
}

/** The trades' columns, in the given order. */
export function tradeColumns(trades: readonly Trade[]): BacktestTrades {
  const column = (value: (trade: Trade) => number): Float64Array => Float64Array.from(trades, value);
  return {
    entryTimeMs: column((trade) => trade.entryTimeMs),
    exitTimeMs: column((trade) => trade.exitTimeMs),
    side: Int32Array.from(trades, (trade) => trade.side),
    entryPrice: column((trade) => trade.entryPrice),
    exitPrice: column((trade) => trade.exitPrice),
    quantity: column((trade) => trade.quantity),
    grossPnl: column((trade) => trade.grossPnl),
    fees: column((trade) => trade.fees),
    slippage: column((trade) => trade.slippage),
    funding: column((trade) => trade.funding),
    netPnl: column((trade) => trade.grossPnl - trade.fees - trade.slippage - trade.funding),
    exitReason: trades.map((trade) => trade.exitReason),
    decision: Int32Array.from(trades, (trade) => trade.decision),
  };
}
