/** OHLCV bars as columns. A bar covers [openTimeMs, closeTimeMs) and is known at closeTimeMs, never before. */
import type { Table } from './table.js';
import { float64Column, makeTable, sliceTable } from './table.js';

export interface Bars {
  /** Start of the interval, inclusive, UTC ms. */
  readonly openTimeMs: Float64Array;
  /** End of the interval, exclusive, UTC ms: the time from which the bar may be used. */
  readonly closeTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Base currency. */
  readonly volume: Float64Array;
  /** Quote currency; NaN where the source has none. */
  readonly quoteVolume: Float64Array;
  /** Number of trades; NaN where the source has none. */
  readonly tradeCount: Float64Array;
  /** Base volume bought by takers; NaN where the source has none. */
  readonly takerBuyVolume: Float64Array;
}

export const BAR_COLUMNS = [
  'openTimeMs',
  'closeTimeMs',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'quoteVolume',
  'tradeCount',
  'takerBuyVolume',
] as const satisfies readonly (keyof Bars)[];

/** Number of bars. */
export function barCount(bars: Bars): number {
  return bars.closeTimeMs.length;
}

/** The bars of a table with the bar columns. @throws TypeError on a missing column. */
export function barsFromTable(table: Table): Bars {
  return Object.fromEntries(BAR_COLUMNS.map((name) => [name, float64Column(table, name)])) as unknown as Bars;
}

/** The same columns as a table, in the order of BAR_COLUMNS. */
export function barsToTable(bars: Bars): Table {
  return makeTable(Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars[name]])));
}

/** Bars known by `untilMs` (closeTimeMs <= untilMs), as views. */
export function barsKnownBy(bars: Bars, untilMs: number): Bars {
  return sliceBars(bars, 0, upperBound(bars.closeTimeMs, untilMs));
}

/** Bars `[from, to)` as views. */
export function sliceBars(bars: Bars, from: number, to: number): Bars {
  return barsFromTable(sliceTable(barsToTable(bars), from, to));
}

/** Index of the first element greater than `value` in an ascending array. */
export function upperBound(sorted: Float64Array | Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first element not less than `value` in an ascending array. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
