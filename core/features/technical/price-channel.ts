/** Between the highest high and the lowest low of the last bars, in one pass: the body of stochastic, Donchian and Ichimoku values. */
import type { Bars } from '../../data/bars.js';
import { followBars } from './follow-bars.js';
import { latestMaximum, latestMinimum } from './latest-extreme.js';

/**
 * position: (close - lowest) / range, 0.5 where the range is 0. percent: 100 times as much. depth: percent - 100. width: range / close.
 * middle: of highest and lowest, in price units.
 */
export type ChannelPart = 'position' | 'percent' | 'depth' | 'width' | 'middle';

/**
 * Part of the channel of `window` bars; NaN for the first window - 1 bars and while a NaN is in the window. A bar looks through its window
 * again where an extreme left it: seldom, at worst `window` comparisons a bar.
 */
export function priceChannel({ high, low, close }: Pick<Bars, 'high' | 'low' | 'close'>, window: number, part: ChannelPart): Float64Array {
  const series = { high, low, close, window, part, out: new Float64Array(close.length) };
  followBars(series, { top: 0, bottom: 0, missing: -window }, ({ high, low, close, window, part, out }, state, { from, to }) => {
    let { top, bottom, missing } = state;
    let [highest, lowest] = [high[top], low[bottom]];
    const isPlace = part !== 'width' && part !== 'middle';
    const scale = part === 'position' ? 1 : 100;
    const floor = part === 'depth' ? -100 : 0;
    for (let t = from; t < to; t++) {
      const up = high[t];
      const down = low[t];
      if (up - down !== up - down) missing = t;
      if (up >= highest) {
        highest = up;
        top = t;
      } else if (top <= t - window) {
        top = latestMaximum(high, t - window + 1, t);
        highest = high[top];
      }
      if (down <= lowest) {
        lowest = down;
        bottom = t;
      } else if (bottom <= t - window) {
        bottom = latestMinimum(low, t - window + 1, t);
        lowest = low[bottom];
      }
      const range = highest - lowest;
      if (missing > t - window) out[t] = Number.NaN;
      else if (isPlace) out[t] = floor + (range === 0 ? scale / 2 : (scale * (close[t] - lowest)) / range);
      else out[t] = part === 'width' ? range / close[t] : (highest + lowest) / 2;
    }
    state.top = top;
    state.bottom = bottom;
    state.missing = missing;
  });
  return series.out.fill(Number.NaN, 0, window - 1);
}
