/** Ultimate oscillator (Williams 1985): buying pressure over true range, of three windows. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { toSuffixPairs } from './suffix-sums.js';

/**
 * 100 (4 short + 2 middle + long) / 7 of the shares of `shortest`, twice and four times as many bars, in [0, 100]; a share is 0.5 where its
 * range is 0; NaN for the first 4 shortest bars. The longer sums are made of the shorter ones: nothing is subtracted.
 */
export function ultimateOscillator({ high, low, close }: Bars, shortest: number): Float64Array {
  const memory = (bars: number): Float64Array => new Float64Array(2 * bars).fill(Number.NaN);
  // Of each bar or offset its pressure and, beside it, its range.
  const series = {
    ...{ high, low, close, shortest, out: new Float64Array(close.length) },
    ...{ block: memory(shortest + 1).fill(0), shorts: memory(shortest), middles: memory(2 * shortest) },
  };
  followBars(series, { k: 0, j: 0, pressure: 0, range: 0 }, (inputs, state, { from, to }) => {
    const { high, low, close, shortest, out, block, shorts, middles } = inputs;
    let { k, j, pressure, range } = state;
    let last = from === 0 ? Number.NaN : close[from - 1];
    for (let t = from; t < to; t++) {
      const bottom = Math.min(low[t], last);
      const top = Math.max(high[t], last);
      last = close[t];
      pressure += last - bottom;
      range += top - bottom;
      block[2 * k] = last - bottom;
      block[2 * k + 1] = top - bottom;
      const short = block[2 * k + 2] + pressure;
      const shortRange = block[2 * k + 3] + range;
      const middle = short + shorts[2 * k];
      const middleRange = shortRange + shorts[2 * k + 1];
      const long = middle + middles[2 * j];
      const longRange = middleRange + middles[2 * j + 1];
      shorts[2 * k] = short;
      shorts[2 * k + 1] = shortRange;
      middles[2 * j] = middle;
      middles[2 * j + 1] = middleRange;
      out[t] = (100 / 7) * (4 * share(short, shortRange) + 2 * share(middle, middleRange) + share(long, longRange));
      if (++j === 2 * shortest) j = 0;
      if (++k < shortest) continue;
      toSuffixPairs(block);
      k = 0;
      pressure = 0;
      range = 0;
    }
    state.k = k;
    state.j = j;
    state.pressure = pressure;
    state.range = range;
  });
  return series.out.fill(Number.NaN, 0, 4 * shortest);
}

function share(pressure: number, range: number): number {
  return range === 0 ? 0.5 : pressure / range;
}

export const ultimateOscillatorFeatures: readonly Feature[] = [
  {
    name: 'ultimate_oscillator_7_14_28',
    inputs: ['high', 'low', 'close'],
    warmUp: 28,
    range: [0, 100],
    source: 'Williams 1985',
    set: 'all',
    compute: (bars) => ultimateOscillator(bars, 7),
  },
];
