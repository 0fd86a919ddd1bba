/** Time bars of trades: prices, amounts and the flow columns in one pass over a day's columns. */
import { fillBar } from '../bars/fill-bar.js';
import type { TradeColumns } from '../bars/trade-columns.js';
import { tradeColumns } from '../bars/trade-columns.js';
import { InvalidData } from '../errors.js';
import { FLOW_EXTRAS } from './bar-extras.js';
import type { Bars } from './bars.js';
import { lowerBound } from './bars.js';
import { makeBars } from './make-bars.js';
import { resampleBars } from './resample-bars.js';
import type { Table } from './table.js';

/** Flow columns are made of a minute's trades; bars of whole minutes add minutes up. */
const MINUTE_MS = 60_000;

/**
 * Bars of half-open intervals [k x periodMs, (k + 1) x periodMs) from trades (schema ares.trades) in order of time and id, with
 * FLOW_EXTRAS; empty intervals are left out, the last interval is there even if more of its trades may follow. Amounts are
 * summed in trade order. Bars of several whole minutes are resampleBars of the bars of one minute, so a return never crosses a
 * minute; in any other period the trades of a bar make its flow columns together.
 * @throws InvalidData when time goes backwards, or periodMs is no whole number above 0
 */
export function tradesToBars(trades: Table, periodMs: number): Bars {
  if (!Number.isSafeInteger(periodMs) || periodMs <= 0) throw new InvalidData(`expected a bar period of whole milliseconds above 0, found ${periodMs}`);
  if (periodMs > MINUTE_MS && periodMs % MINUTE_MS === 0)
    return resampleBars(intervalBars(tradeColumns(trades), MINUTE_MS), periodMs, Number.POSITIVE_INFINITY);
  return intervalBars(tradeColumns(trades), periodMs);
}

function intervalBars(trades: TradeColumns, periodMs: number): Bars {
  const { timeMs } = trades;
  const out = makeBars(countIntervals(timeMs, periodMs), FLOW_EXTRAS);
  let from = 0;
  for (let row = 0; from < timeMs.length; row++) {
    const openMs = Math.floor(timeMs[from] / periodMs) * periodMs;
    const to = lowerBound(timeMs, openMs + periodMs);
    out.openTimeMs[row] = openMs;
    out.closeTimeMs[row] = openMs + periodMs;
    fillBar(out, row, { trades, from, to });
    from = to;
  }
  return out;
}

function countIntervals(timeMs: Float64Array, periodMs: number): number {
  let count = 0;
  let endMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timeMs.length; i++) {
    if (i > 0 && timeMs[i] < timeMs[i - 1]) throw new InvalidData(`expected trades in time order, found ${timeMs[i]} after ${timeMs[i - 1]} in row ${i}`);
    if (timeMs[i] < endMs) continue;
    endMs = (Math.floor(timeMs[i] / periodMs) + 1) * periodMs;
    count++;
  }
  return count;
}
