/** Bars repaired and filled in before anything is made of them, and what was done, for the quality table. */
import type { Bars } from '../core/data/bars.js';
import type { Imputation } from '../core/quality/impute-bars.js';
import type { RepairState } from '../core/quality/repair-bars.js';
import type { QualityFinding } from '../pipeline/market-source.js';
import type { Span } from '../pipeline/plan.js';
import { barCount, lowerBound, sliceBars } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { makeBars } from '../core/data/make-bars.js';
import { imputeBars } from '../core/quality/impute-bars.js';
import { BAR_REPAIR, repairBars } from '../core/quality/repair-bars.js';

/** What a part of a series leaves for the next one. */
export interface CompletionState {
  readonly repair: RepairState | null;
  /** The last bar so far, repaired, alone; null before the first. */
  readonly last: Bars | null;
}

/** Where a part lies in its series. */
export interface PartOfSeries extends Span {
  readonly before: CompletionState | null;
  /** Opening of the first bar after the part; null where there is none. Only whether and where a gap ends is taken from it. */
  readonly nextOpenMs: number | null;
}

export interface CompletedBars {
  readonly bars: Bars;
  /** Closes of the repaired bars, ascending. */
  readonly repairedMs: readonly number[];
  readonly after: CompletionState;
}

/**
 * The bars with impossible prices replaced and gaps filled in by the method, from the past alone; every row touched has the extra
 * `imputed` = 1. Without a fault and with the method none, the same object; so too for bars that have that extra: they are complete already, as
 * those that come back to step 2 in a walk-forward window, and a gap that `maxBars` left open stays open. Of a part of a series (the bars that
 * open in its span) the result is the rows of the whole completed series that open in the span, to the bit.
 */
export function completeBars(bars: Bars, options: { readonly periodMs: number; readonly imputation: Imputation; readonly part?: PartOfSeries }): CompletedBars {
  const { periodMs, imputation, part } = options;
  if (bars.extras['imputed'] !== undefined) return { bars, repairedMs: [], after: { repair: null, last: null } };
  const repaired = repairBars(bars, BAR_REPAIR, part?.before?.repair ?? null);
  const count = barCount(bars);
  const last = count > 0 ? concatBars([sliceBars(repaired.bars, count - 1, count)]) : (part?.before?.last ?? null);
  const filled =
    part === undefined || imputation.method === 'none'
      ? imputeBars(repaired.bars, periodMs, imputation)
      : imputePart(repaired.bars, { periodMs, imputation, part });
  return { bars: filled, repairedMs: repaired.rows.map((row) => bars.closeTimeMs[row] as number), after: { repair: repaired.after, last } };
}

/** Gaps to both sides are filled together with those within, then the part is cut out. */
function imputePart(bars: Bars, { periodMs, imputation, part }: { periodMs: number; imputation: Imputation; part: PartOfSeries }): Bars {
  const { before, nextOpenMs, fromMs, toMs } = part;
  const around = [...(before?.last == null ? [] : [before.last]), bars, ...(nextOpenMs === null ? [] : [barAt(nextOpenMs, periodMs)])];
  const complete = imputeBars(concatBars(around), periodMs, imputation);
  return sliceBars(complete, lowerBound(complete.openTimeMs, fromMs), lowerBound(complete.openTimeMs, toMs));
}

/** A bar of which nothing but the time is looked at. */
function barAt(openTimeMs: number, periodMs: number): Bars {
  return { ...makeBars(1), openTimeMs: Float64Array.of(openTimeMs), closeTimeMs: Float64Array.of(openTimeMs + periodMs) };
}

/** What was repaired and filled in of `found` (one row each), for the quality table. */
export function completionFindings(found: Bars, complete: Pick<CompletedBars, 'bars' | 'repairedMs'>, method: Imputation['method']): readonly QualityFinding[] {
  const { bars, repairedMs } = complete;
  return [
    finding('repaired price', {
      count: repairedMs.length,
      timeMs: repairedMs[0] ?? Number.NaN,
      detail: 'bars with a price that cannot be, replaced by what was known before',
    }),
    finding('imputed bar', {
      count: barCount(bars) - barCount(found),
      timeMs: Number.NaN,
      detail: `bars filled in after a gap, method ${method}`,
    }),
  ];
}

function finding(check: string, found: Pick<QualityFinding, 'count' | 'timeMs' | 'detail'>): QualityFinding {
  return { check, action: found.count > 0 ? 'repaired' : 'passed', file: '', line: 0, ...found, detail: `${found.count} ${found.detail}` };
}
