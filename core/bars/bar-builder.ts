/** Information bars out of a stream of trades. */
import { FLOW_EXTRAS } from '../data/bar-extras.js';
import type { Bars } from '../data/bars.js';
import { makeBars } from '../data/make-bars.js';
import type { Table } from '../data/table.js';
import { InvalidData } from '../errors.js';
import { makeBarEnd } from './bar-end.js';
import type { BarRule } from './bar-rule.js';
import { fillBar } from './fill-bar.js';
import type { TradeColumns } from './trade-columns.js';
import { copyTrades, joinTrades, tradeColumns } from './trade-columns.js';

/**
 * Bars come in the order of their trades. openTimeMs is the time of a bar's first trade; closeTimeMs is the time of its last trade
 * plus 1 ms, from which the bar may be used: the half-open interval holds every trade of the bar, and none of a later bar is
 * earlier than its last millisecond. Where a bar ends within a millisecond of several trades, the next begins in that same one:
 * closeTimeMs never falls, may repeat, and neighbours may share a millisecond. FLOW_EXTRAS take a bar's trades together.
 */
export interface BarBuilder {
  /**
   * The bars that these trades finish (schema ares.trades, in order, later than those pushed before). How the stream is cut into
   * calls changes no bar. Keeps the trades of the unfinished bar only.
   * @throws InvalidData when time goes backwards
   */
  push(trades: Table): Bars;
  /** Ends the stream: the number of trades left over, which make no bar. */
  finish(): number;
}

const NO_TRADES: TradeColumns = { timeMs: new Float64Array(0), price: new Float64Array(0), quantity: new Float64Array(0), buyerIsMaker: new Uint8Array(0) };

/** A builder before its first trade. @throws RangeError for a rule out of range */
export function makeBarBuilder(rule: BarRule): BarBuilder {
  const endsBar = makeBarEnd(rule);
  let pending = NO_TRADES;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    push: (table) => {
      const known = pending.timeMs.length;
      const trades = joinTrades(pending, tradeColumns(table));
      const { timeMs, price, quantity, buyerIsMaker } = trades;
      const ends: number[] = [];
      for (let i = known; i < timeMs.length; i++) {
        if (timeMs[i] < lastMs) throw new InvalidData(`expected trades in time order, found ${timeMs[i]} after ${lastMs} in row ${i - known}`);
        lastMs = timeMs[i];
        if (endsBar(price[i], quantity[i], buyerIsMaker[i])) ends.push(i + 1);
      }
      pending = copyTrades(trades, ends.at(-1) ?? 0);
      return barsEndingAt(trades, ends);
    },
    finish: () => {
      const left = pending.timeMs.length;
      pending = NO_TRADES;
      return left;
    },
  };
}

function barsEndingAt(trades: TradeColumns, ends: readonly number[]): Bars {
  const out = makeBars(ends.length, FLOW_EXTRAS);
  let from = 0;
  for (const [row, to] of ends.entries()) {
    out.openTimeMs[row] = trades.timeMs[from];
    out.closeTimeMs[row] = trades.timeMs[to - 1] + 1;
    fillBar(out, row, { trades, from, to });
    from = to;
  }
  return out;
}
