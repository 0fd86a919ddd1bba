/** Aroon (Chande 1995): how long ago the highest high and the lowest low of the last bars were. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { latestMaximum, latestMinimum } from './latest-extreme.js';

const WINDOW = 25;

/** Shares of both sides in what comes out. */
interface Shares {
  readonly ofUp: number;
  readonly ofDown: number;
}

/**
 * ofUp x up + ofDown x down, up = 100 (window - bars since the highest high) / window over window + 1 bars, in [0, 100], and down the same for
 * the lowest low; a side without a share is not read. NaN for the first `window` bars and while a NaN is in a window that is read. Of equal
 * extremes the latest counts.
 */
export function aroon({ high, low }: Bars, window: number, { ofUp, ofDown }: Shares): Float64Array {
  const series = { high, low, window, ofUp, ofDown, out: new Float64Array(high.length) };
  followBars(series, { top: 0, bottom: 0, missing: -1 - window }, ({ high, low, window, ofUp, ofDown, out }, state, { from, to }) => {
    let { top, bottom, missing } = state;
    let [highest, lowest] = [high[top], low[bottom]];
    const perBar = 100 / window;
    for (let t = from; t < to; t++) {
      const up = ofUp === 0 ? 0 : high[t];
      const down = ofDown === 0 ? 0 : low[t];
      if (up - down !== up - down) missing = t;
      if (up >= highest || ofUp === 0) {
        highest = up;
        top = t;
      } else if (top < t - window) {
        top = latestMaximum(high, t - window, t);
        highest = high[top];
      }
      if (down <= lowest || ofDown === 0) {
        lowest = down;
        bottom = t;
      } else if (bottom < t - window) {
        bottom = latestMinimum(low, t - window, t);
        lowest = low[bottom];
      }
      out[t] = missing >= t - window ? Number.NaN : ofUp * (100 - perBar * (t - top)) + ofDown * (100 - perBar * (t - bottom));
    }
    state.top = top;
    state.bottom = bottom;
    state.missing = missing;
  });
  return series.out.fill(Number.NaN, 0, window);
}

export const aroonFeatures: readonly Feature[] = [
  {
    name: `aroon_oscillator_${WINDOW}`,
    inputs: ['high', 'low'],
    warmUp: WINDOW,
    range: [-100, 100],
    source: 'Chande 1995',
    set: 'basic',
    compute: (bars) => aroon(bars, WINDOW, { ofUp: 1, ofDown: -1 }),
  },
  {
    name: `aroon_up_${WINDOW}`,
    inputs: ['high'],
    warmUp: WINDOW,
    range: [0, 100],
    source: 'Chande 1995',
    set: 'all',
    compute: (bars) => aroon(bars, WINDOW, { ofUp: 1, ofDown: 0 }),
  },
  {
    name: `aroon_down_${WINDOW}`,
    inputs: ['low'],
    warmUp: WINDOW,
    range: [0, 100],
    source: 'Chande 1995',
    set: 'all',
    compute: (bars) => aroon(bars, WINDOW, { ofUp: 0, ofDown: 1 }),
  },
];
