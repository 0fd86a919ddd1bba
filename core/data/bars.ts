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
  /** Columns beyond these that the source has, by name (bar-extras.ts says what each is); NaN = missing. */
  readonly extras: Readonly<Record<string, Float64Array>>;
}

/** A column that every bar has. */
export type BarColumn = Exclude<keyof Bars, 'extras'>;

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
] as const satisfies readonly BarColumn[];

const IS_BAR_COLUMN: ReadonlySet<string> = new Set(BAR_COLUMNS);

/** Number of bars. */
export function barCount(bars: Bars): number {
  return bars.closeTimeMs.length;
}

/** The bars of a table: the bar columns, and every further column of doubles as an extra. @throws TypeError on a missing column. */
export function barsFromTable(table: Table): Bars {
  const extras: Record<string, Float64Array> = {};
  for (const [name, column] of Object.entries(table.columns)) {
    if (!IS_BAR_COLUMN.has(name) && column instanceof Float64Array) extras[name] = column;
  }
  return { ...(Object.fromEntries(BAR_COLUMNS.map((name) => [name, float64Column(table, name)])) as unknown as Omit<Bars, 'extras'>), extras };
}

/** The same columns as a table: BAR_COLUMNS, then the extras in their order. */
export function barsToTable(bars: Bars): Table {
  return makeTable({ ...Object.fromEntries(BAR_COLUMNS.map((name) => [name, bars[name]])), ...bars.extras });
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
