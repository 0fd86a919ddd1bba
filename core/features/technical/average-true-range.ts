/** Average true range (Wilder 1978, section III). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';

/** max(high, last close) - min(low, last close); NaN where one of them is. */
export function trueRangeOf(high: number, low: number, last: number): number {
  return Math.max(high, last) - Math.min(low, last);
}

/** True range of each bar, in price units; NaN at bar 0, which has no last close. */
export function trueRange({ high, low, close }: Bars): Float64Array {
  return followBars({ high, low, close, out: new Float64Array(close.length) }, {}, ({ high, low, close, out }, _, { from, to }) => {
    let last = from === 0 ? Number.NaN : close[from - 1];
    for (let t = from; t < to; t++) {
      out[t] = trueRangeOf(high[t], low[t], last);
      last = close[t];
    }
  });
}

/** Wilder average of the true range, in price units or, given `isPerPrice`, as a fraction of the close; NaN for the first `window` bars. */
export function averageTrueRange({ high, low, close }: Bars, window: number, isPerPrice = false): Float64Array {
  const series = { high, low, close, window, isPerPrice, out: new Float64Array(close.length) };
  return followBars(series, { seen: 0, range: 0 }, ({ high, low, close, window, isPerPrice, out }, state, { from, to }) => {
    let { seen, range } = state;
    const alpha = 1 / window;
    let last = from === 0 ? Number.NaN : close[from - 1];
    for (let t = from; t < to; t++) {
      const size = trueRangeOf(high[t], low[t], last);
      last = close[t];
      if (size === size) {
        seen++;
        const weight = averageWeight(seen, window, alpha);
        // Shorter to wait for than range + weight (size - range).
        range = (1 - weight) * range + weight * size;
      }
      out[t] = seen < window ? Number.NaN : size !== size ? size : isPerPrice ? range / last : range;
    }
    state.seen = seen;
    state.range = range;
  });
}

export const averageTrueRangeFeatures: readonly Feature[] = [
  {
    name: 'atr_14',
    inputs: ['high', 'low', 'close'],
    warmUp: wilderWarmUp(14) + 1,
    range: [0, null],
    source: 'Wilder 1978',
    set: 'minimal',
    compute: (bars) => averageTrueRange(bars, 14, true),
  },
];
