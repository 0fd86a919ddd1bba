/** Prices that cannot be, replaced by what was known before them. */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';

export interface BarRepair {
  /** A price above this many times the last accepted close, or below that close divided by it, cannot be. */
  readonly factor: number;
  /** After so many impossible closes in a row the next one is accepted as a new level: the price did move. */
  readonly newLevelAfter: number;
}

/** A misplaced decimal point is caught; a fall by a third within a bar is not touched. */
export const BAR_REPAIR: BarRepair = { factor: 1.5, newLevelAfter: 5 };

/** What bars before leave for the judgement of later ones. */
export interface RepairState {
  /** The last accepted close. */
  readonly last: number;
  /** Impossible closes since then. */
  readonly run: number;
}

export interface RepairedBars {
  /** The same object where nothing was wrong; else with copies of the prices, and the extra `imputed` = 1 in repaired rows. */
  readonly bars: Bars;
  /** Repaired rows, ascending. */
  readonly rows: readonly number[];
  /** To be given as `before` with the bars that follow; null while there was none. */
  readonly after: RepairState | null;
}

/**
 * The bars with impossible prices replaced: an impossible close or open by the last accepted close, an impossible high or low by
 * the greater or lesser of the bar's (repaired) open and close; amounts stay. Whether a price can be is decided by the bars before
 * it alone, so bars known by a time are the same with and without later ones. The first bar is accepted as it is; bars that go on from
 * others take up what those left, so that a series in parts is repaired as it is whole.
 */
export function repairBars(bars: Bars, { factor, newLevelAfter }: BarRepair = BAR_REPAIR, before: RepairState | null = null): RepairedBars {
  const rows: number[] = [];
  if (barCount(bars) === 0) return { bars, rows, after: before };
  let target = bars;
  let run = before?.run ?? 0;
  let last = before?.last ?? bars.close[0];
  const isImpossible = (price: number): boolean => price > last * factor || price * factor < last;
  for (let i = before === null ? 1 : 0; i < barCount(bars); i++) {
    const isBad = isImpossible(bars.high[i]) || isImpossible(bars.low[i]);
    run = isBad && isImpossible(bars.close[i]) ? run + 1 : 0;
    if (isBad && run <= newLevelAfter) {
      if (rows.length === 0) target = copyOf(bars);
      rows.push(i);
      repairRow(target, i, { last, isImpossible });
      if (run > 0) continue;
    }
    run = 0;
    last = bars.close[i];
  }
  return { bars: target, rows, after: { last, run } };
}

function copyOf(bars: Bars): Bars {
  const { open, high, low, close, extras } = bars;
  return {
    ...bars,
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    extras: { ...extras, imputed: extras['imputed']?.slice() ?? new Float64Array(open.length) },
  };
}

function repairRow(target: Bars, row: number, { last, isImpossible }: { readonly last: number; readonly isImpossible: (price: number) => boolean }): void {
  const possible = (price: number): number => (isImpossible(price) ? last : price);
  const [open, close] = [possible(target.open[row]), possible(target.close[row])];
  target.open[row] = open;
  target.close[row] = close;
  target.high[row] = Math.max(open, close, isImpossible(target.high[row]) ? 0 : target.high[row]);
  target.low[row] = Math.min(open, close, isImpossible(target.low[row]) ? Number.POSITIVE_INFINITY : target.low[row]);
  target.extras['imputed'][row] = 1;
}
