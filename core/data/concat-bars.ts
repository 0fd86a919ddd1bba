/** Partitions of bars, such as days, joined into one series. */
import { InvalidData } from '../errors.js';
import type { Bars } from './bars.js';
import { BAR_COLUMNS, barCount } from './bars.js';
import { makeBars } from './make-bars.js';

/**
 * The bars of all parts one after the other, copied.
 * @throws InvalidData when a part begins before the one before it has ended.
 */
export function concatBars(parts: readonly Bars[]): Bars {
  const out = makeBars(parts.reduce((sum, part) => sum + barCount(part), 0));
  let at = 0;
  for (const part of parts) {
    if (barCount(part) === 0) continue;
    if (at > 0 && part.openTimeMs[0] < out.closeTimeMs[at - 1]) {
      throw new InvalidData(`expected parts in time order, found bars from ${part.openTimeMs[0]} after bars up to ${out.closeTimeMs[at - 1]}`);
    }
    for (const name of BAR_COLUMNS) out[name].set(part[name], at);
    at += barCount(part);
  }
  return out;
}
