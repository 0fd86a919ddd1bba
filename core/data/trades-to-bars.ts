/** Bars straight from trades: the plain reference for the bulk engine, and the way for trades already in memory. */
import { InvalidData } from '../errors.js';
import type { Bars } from './bars.js';
import { sliceBars } from './bars.js';
import { makeBars } from './make-bars.js';
import type { Table } from './table.js';
import { float64Column } from './table.js';

/**
 * Bars of half-open intervals [k x periodMs, (k + 1) x periodMs) from trades (schema ares.trades) in order of time and
 * id; empty intervals are left out. Amounts are summed in trade order.
 * @throws InvalidData when time goes backwards.
 */
export function tradesToBars(trades: Table, periodMs: number): Bars {
  const timeMs = float64Column(trades, 'timeMs');
  const price = float64Column(trades, 'price');
  const quantity = float64Column(trades, 'quantity');
  const buyerIsMaker = trades.columns['buyerIsMaker'] as Uint8Array;
  const out = makeBars(countIntervals(timeMs, periodMs));
  let row = -1;
  for (let i = 0; i < timeMs.length; i++) {
    const openMs = Math.floor(timeMs[i] / periodMs) * periodMs;
    if (row < 0 || out.openTimeMs[row] !== openMs) {
      row++;
      out.openTimeMs[row] = openMs;
      out.closeTimeMs[row] = openMs + periodMs;
      out.open[row] = out.high[row] = out.low[row] = price[i];
    }
    if (price[i] > out.high[row]) out.high[row] = price[i];
    if (price[i] < out.low[row]) out.low[row] = price[i];
    out.close[row] = price[i];
    out.volume[row] += quantity[i];
    out.quoteVolume[row] += quantity[i] * price[i];
    out.tradeCount[row]++;
    if (buyerIsMaker[i] === 0) out.takerBuyVolume[row] += quantity[i];
  }
  return sliceBars(out, 0, row + 1);
}

function countIntervals(timeMs: Float64Array, periodMs: number): number {
  let count = 0;
  let last = Number.NaN;
  for (let i = 0; i < timeMs.length; i++) {
    if (i > 0 && timeMs[i] < timeMs[i - 1]) throw new InvalidData(`expected trades in time order, found ${timeMs[i]} after ${timeMs[i - 1]} in row ${i}`);
    const interval = Math.floor(timeMs[i] / periodMs);
    if (interval !== last) count++;
    last = interval;
  }
  return count;
}
