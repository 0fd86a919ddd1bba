/** Partitions of bars, such as days, joined into one series. */
import { InvalidData } from '../errors.js';
import type { Bars } from './bars.js';
import { BAR_COLUMNS, barCount, sliceBars } from './bars.js';
import { makeBars } from './make-bars.js';

/** What an extra holds in the bars of a part that lacks it; NaN where not named. A part without `imputed` has no row that was touched. */
const WHERE_ABSENT: Readonly<Record<string, number>> = { imputed: 0 };

export interface ConcatOptions {
  /** Information bars, of which one may begin in the last millisecond of another; default false. */
  readonly mayShareTime?: boolean;
}

export interface BarAppender {
  /** Copies the bars of a part behind those before it. @throws InvalidData when it begins before these have ended; RangeError when there is no room */
  add(part: Bars): void;
  /** The bars so far, as views. */
  bars(): Bars;
}

/** Room for `capacity` bars, filled part by part, so that only one part is held beside the result. Extras come as parts have them. */
export function makeBarAppender(capacity: number, { mayShareTime = false }: ConcatOptions = {}): BarAppender {
  const columns = makeBars(capacity);
  const extras: Record<string, Float64Array> = {};
  let at = 0;
  return {
    add: (part) => {
      if (at > 0 && part.openTimeMs[0] < columns.closeTimeMs[at - 1] - (mayShareTime ? 1 : 0)) {
        throw new InvalidData(`expected parts in time order, found bars from ${part.openTimeMs[0]} after bars up to ${columns.closeTimeMs[at - 1]}`);
      }
      for (const name of BAR_COLUMNS) columns[name].set(part[name], at);
      for (const [name, column] of Object.entries(part.extras)) {
        extras[name] ??= new Float64Array(capacity).fill(WHERE_ABSENT[name] ?? Number.NaN);
        extras[name].set(column, at);
      }
      at += barCount(part);
    },
    bars: () => sliceBars({ ...columns, extras }, 0, at),
  };
}

/**
 * The bars of all parts one after the other, copied; an extra that a part lacks is NaN there (`imputed`: 0).
 * @throws InvalidData when a part begins before the one before it has ended.
 */
export function concatBars(parts: readonly Bars[], options: ConcatOptions = {}): Bars {
  const joined = makeBarAppender(
    parts.reduce((sum, part) => sum + barCount(part), 0),
    options,
  );
  for (const part of parts) joined.add(part);
  return joined.bars();
}
