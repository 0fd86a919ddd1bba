/** Keltner channel (Keltner 1960, in Raschke's form): the close's distance from its average in true ranges. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { trueRangeOf } from './average-true-range.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';

/** (close - EMA of the close) / (2 average true ranges of the same window); 0 where the range is 0; NaN for the first `window` bars. */
export function keltnerPosition({ high, low, close }: Bars, window: number): Float64Array {
  const series = { high, low, close, window, out: new Float64Array(close.length) };
  return followBars(series, { seen: 0, middle: 0, range: 0 }, ({ high, low, close, window, out }, state, { from, to }) => {
    let { seen, middle, range } = state;
    const [ofClose, ofRange] = [2 / (window + 1), 1 / window];
    let last = from === 0 ? close[0] : close[from - 1];
    for (let t = from; t < to; t++) {
      const price = close[t];
      const size = trueRangeOf(high[t], low[t], last);
      last = price;
      out[t] = Number.NaN;
      if (price + size !== price + size) continue;
      seen++;
      middle += averageWeight(seen, window, ofClose) * (price - middle);
      // The first bar has no last close.
      range += averageWeight(seen - 1, window, ofRange) * (size - range);
      if (seen > window) out[t] = range === 0 ? 0 : (price - middle) / (2 * range);
    }
    state.seen = seen;
    state.middle = middle;
    state.range = range;
  });
}

export const keltnerFeatures: readonly Feature[] = [
  {
    name: 'keltner_position_20',
    inputs: ['high', 'low', 'close'],
    warmUp: Math.max(spanWarmUp(20), wilderWarmUp(20)) + 1,
    range: [null, null],
    source: 'Keltner 1960',
    set: 'basic',
    compute: (bars) => keltnerPosition(bars, 20),
  },
];
