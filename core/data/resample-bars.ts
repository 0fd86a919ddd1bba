/** Coarser bars from finer ones on the UTC grid. */
import { InvalidData } from '../errors.js';
import type { Bars } from './bars.js';
import { barCount, sliceBars, upperBound } from './bars.js';
import { resampleExtra } from './resample-extra.js';
import { makeBars } from './make-bars.js';

/**
 * Bars of `periodMs` from finer bars in time order: a bar covers [k x periodMs, (k + 1) x periodMs) and closes at the
 * grid's end; it appears only where at least one fine bar lies in it. Open of the first, extremes, close of the last,
 * sums of the amounts; an amount that is NaN in one fine bar is NaN in the coarse one; extras by their rule. The last bar is dropped unless
 * the data reach its end: `untilMs` is the time up to which the fine bars are complete (default: the last fine close).
 * A coarse bar uses fine bars known by its close only, so earlier bars never change when later ones arrive. Bars that are those of the
 * period already come back as views.
 * @throws InvalidData when fine bars are out of order or cross a grid line.
 */
export function resampleBars(fine: Bars, periodMs: number, untilMs?: number): Bars {
  const n = barCount(fine);
  if (isOnGrid(fine, periodMs)) return sliceBars(fine, 0, upperBound(fine.closeTimeMs, untilMs ?? Number.POSITIVE_INFINITY));
  const out = makeBars(countPeriods(fine, periodMs));
  const rowOf = new Int32Array(n);
  let row = -1;
  let lastOpenMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const openMs = Math.floor(fine.openTimeMs[i] / periodMs) * periodMs;
    if (fine.openTimeMs[i] <= lastOpenMs || fine.closeTimeMs[i] > openMs + periodMs) {
      throw new InvalidData(
        `expected fine bars in time order inside bars of ${periodMs} ms, found one from ${fine.openTimeMs[i]} to ${fine.closeTimeMs[i]} in row ${i}`,
      );
    }
    lastOpenMs = fine.openTimeMs[i];
    if (row < 0 || out.openTimeMs[row] !== openMs) startBar(out, ++row, { fine, i, openMs, periodMs });
    else addToBar(out, row, { fine, i });
    rowOf[i] = row;
  }
  const extras = Object.fromEntries(Object.keys(fine.extras).map((name) => [name, resampleExtra(fine, name, { rowOf, rows: row + 1 })]));
  const knownMs = untilMs ?? (n > 0 ? fine.closeTimeMs[n - 1] : 0);
  let complete = row + 1;
  while (complete > 0 && out.closeTimeMs[complete - 1] > knownMs) complete--;
  return sliceBars({ ...out, extras }, 0, complete);
}

/** Is every bar a whole one of the period, in time order? */
function isOnGrid({ openTimeMs, closeTimeMs }: Bars, periodMs: number): boolean {
  return openTimeMs.every((openMs, i) => openMs % periodMs === 0 && closeTimeMs[i] === openMs + periodMs && (i === 0 || openMs > openTimeMs[i - 1]));
}

function countPeriods(fine: Bars, periodMs: number): number {
  let count = 0;
  let last = Number.NaN;
  for (let i = 0; i < barCount(fine); i++) {
    const period = Math.floor(fine.openTimeMs[i] / periodMs);
    if (period !== last) count++;
    last = period;
  }
  return count;
}

function startBar(out: Bars, row: number, first: { fine: Bars; i: number; openMs: number; periodMs: number }): void {
  const { fine, i, openMs, periodMs } = first;
  out.openTimeMs[row] = openMs;
  out.closeTimeMs[row] = openMs + periodMs;
  out.open[row] = fine.open[i];
  out.high[row] = fine.high[i];
  out.low[row] = fine.low[i];
  out.close[row] = fine.close[i];
  out.volume[row] = fine.volume[i];
  out.quoteVolume[row] = fine.quoteVolume[i];
  out.tradeCount[row] = fine.tradeCount[i];
  out.takerBuyVolume[row] = fine.takerBuyVolume[i];
}

function addToBar(out: Bars, row: number, next: { fine: Bars; i: number }): void {
  const { fine, i } = next;
  if (fine.high[i] > out.high[row]) out.high[row] = fine.high[i];
  if (fine.low[i] < out.low[row]) out.low[row] = fine.low[i];
  out.close[row] = fine.close[i];
  out.volume[row] += fine.volume[i];
  out.quoteVolume[row] += fine.quoteVolume[i];
  out.tradeCount[row] += fine.tradeCount[i];
  out.takerBuyVolume[row] += fine.takerBuyVolume[i];
}
