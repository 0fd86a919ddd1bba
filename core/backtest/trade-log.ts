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

type Amounts = Pick<
  BacktestTrades,
  'entryTimeMs' | 'exitTimeMs' | 'entryPrice' | 'exitPrice' | 'quantity' | 'grossPnl' | 'fees' | 'slippage' | 'funding' | 'netPnl'
>;

/** The trades' columns, in the given order. */
export function tradeColumns(trades: readonly Trade[]): BacktestTrades {
  const count = trades.length;
  const column = (): Float64Array => new Float64Array(count);
  const amounts: Amounts = {
    entryTimeMs: column(),
    exitTimeMs: column(),
    entryPrice: column(),
    exitPrice: column(),
    quantity: column(),
    grossPnl: column(),
    fees: column(),
    slippage: column(),
    funding: column(),
    netPnl: column(),
  };
  const side = new Int32Array(count);
  const decision = new Int32Array(count);
  const exitReason: ExitReason[] = [];
  for (let i = 0; i < count; i++) {
    const trade = trades[i]!;
    amounts.entryTimeMs[i] = trade.entryTimeMs;
    amounts.exitTimeMs[i] = trade.exitTimeMs;
    amounts.entryPrice[i] = trade.entryPrice;
    amounts.exitPrice[i] = trade.exitPrice;
    amounts.quantity[i] = trade.quantity;
    amounts.grossPnl[i] = trade.grossPnl;
    amounts.fees[i] = trade.fees;
    amounts.slippage[i] = trade.slippage;
    amounts.funding[i] = trade.funding;
    amounts.netPnl[i] = trade.grossPnl - trade.fees - trade.slippage - trade.funding;
    side[i] = trade.side;
    decision[i] = trade.decision;
    exitReason.push(trade.exitReason);
  }
  const { entryTimeMs, exitTimeMs, ...values } = amounts;
  return { entryTimeMs, exitTimeMs, side, ...values, exitReason, decision };
}
