/** Partitions of bars, such as days, joined into one series. */
import { InvalidData } from '../errors.js';
import type { Bars } from './bars.js';
import { BAR_COLUMNS, barCount } from './bars.js';
import { makeBars } from './make-bars.js';

/**
 * The bars of all parts one after the other, copied; an extra that a part lacks is NaN there.
 * `mayShareTime`: information bars, of which one may begin in the last millisecond of another.
 * @throws InvalidData when a part begins before the one before it has ended.
 */
export function concatBars(parts: readonly Bars[], { mayShareTime = false }: { readonly mayShareTime?: boolean } = {}): Bars {
  const names = [...new Set(parts.flatMap((part) => Object.keys(part.extras)))];
  const out = makeBars(
    parts.reduce((sum, part) => sum + barCount(part), 0),
    names,
  );
  let at = 0;
  for (const part of parts) {
    if (barCount(part) === 0) continue;
    if (at > 0 && part.openTimeMs[0] < out.closeTimeMs[at - 1] - (mayShareTime ? 1 : 0)) {
      throw new InvalidData(`expected parts in time order, found bars from ${part.openTimeMs[0]} after bars up to ${out.closeTimeMs[at - 1]}`);
    }
    for (const name of BAR_COLUMNS) out[name].set(part[name], at);
    for (const name of names) {
      const column = part.extras[name];
      if (column === undefined) out.extras[name].fill(Number.NaN, at, at + barCount(part));
      else out.extras[name].set(column, at);
    }
    at += barCount(part);
  }
  return out;
}
