/** Coarser bars of a series that comes in parts. */
import { InvalidData } from '../errors.js';
import type { Bars } from './bars.js';
import { barCount, sliceBars } from './bars.js';
import { concatBars } from './concat-bars.js';
import { resampleBars } from './resample-bars.js';

export interface ResampledPart {
  /** Coarse bars that no later fine bar can change. */
  readonly bars: Bars;
  /** Fine bars of the coarse one that may still go on, to be given as `carry` with the next part; copies. */
  readonly carry: Bars;
}

/**
 * The coarse bars that end within a part of fine bars. Wherever a series is cut, the bars of its parts followed by
 * resampleBars(last carry, periodMs, untilMs) are those of resampleBars(whole, periodMs, untilMs) to the bit: a coarse bar is always
 * made at once, of all its fine bars.
 * @throws InvalidData when fine bars are out of order, those of `carry` included, or cross a grid line.
 */
export function resamplePart(fine: Bars, periodMs: number, carry: Bars | null = null): ResampledPart {
  const count = barCount(fine);
  if (count === 0) return { bars: concatBars([]), carry: carry ?? concatBars([fine]) };
  const carriedUntilMs = carry?.closeTimeMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  if (fine.openTimeMs[0] < carriedUntilMs) {
    throw new InvalidData(`expected parts in time order, found bars from ${fine.openTimeMs[0]} after bars up to ${carriedUntilMs}`);
  }
  const periodOf = (openTimeMs: number): number => Math.floor(openTimeMs / periodMs);
  const lastPeriod = periodOf(fine.openTimeMs[count - 1]);
  let open = count;
  while (open > 0 && periodOf(fine.openTimeMs[open - 1]) === lastPeriod) open--;
  // Only the bars around the border are copied, not the part.
  let head = 0;
  const carried = carry === null || barCount(carry) === 0 ? null : periodOf(carry.openTimeMs[0]);
  while (carried !== null && head < count && periodOf(fine.openTimeMs[head]) === carried) head++;
  const border = concatBars([...(carry === null ? [] : [carry]), sliceBars(fine, 0, head)]);
  if (head === count) return { bars: concatBars([]), carry: border };
  const ended = [border, sliceBars(fine, head, open)].map((bars) => resampleBars(bars, periodMs, Number.POSITIVE_INFINITY));
  return { bars: concatBars(ended), carry: concatBars([sliceBars(fine, open, count)]) };
}
