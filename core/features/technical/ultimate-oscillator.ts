/** Ultimate oscillator (Williams 1985): buying pressure over true range, of three windows. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';

/**
 * 100 (4 short + 2 middle + long) / 7 of the shares of `shortest`, twice and four times as many bars, in [0, 100]; a share is 0.5 where its
 * range is 0; NaN for the first 4 shortest bars. The longer sums are made of the shorter ones: nothing is subtracted.
 */
export function ultimateOscillator({ high, low, close }: Bars, shortest: number): Float64Array {
  const memory = (bars: number): Float64Array => new Float64Array(bars).fill(Number.NaN);
  const series = {
    ...{ high, low, close, shortest, out: new Float64Array(close.length) },
    ...{ pressures: memory(shortest + 1).fill(0), ranges: memory(shortest + 1).fill(0) },
    ...{ shortPressures: memory(shortest), shortRanges: memory(shortest), middlePressures: memory(2 * shortest), middleRanges: memory(2 * shortest) },
  };
  followBars(series, { k: 0, j: 0, pressure: 0, range: 0 }, (inputs, state, { from, to }) => {
    const { high, low, close, shortest, out, pressures, ranges, shortPressures, shortRanges, middlePressures, middleRanges } = inputs;
    let { k, j, pressure, range } = state;
    for (let t = from; t < to; t++) {
      const last = t === 0 ? Number.NaN : close[t - 1];
      const bottom = Math.min(low[t], last);
      pressure += pressures[k] = close[t] - bottom;
      range += ranges[k] = Math.max(high[t], last) - bottom;
      const short = pressures[k + 1] + pressure;
      const shortRange = ranges[k + 1] + range;
      const middle = short + shortPressures[k];
      const middleRange = shortRange + shortRanges[k];
      const long = middle + middlePressures[j];
      const longRange = middleRange + middleRanges[j];
      shortPressures[k] = short;
      shortRanges[k] = shortRange;
      middlePressures[j] = middle;
      middleRanges[j] = middleRange;
      out[t] = (100 * (4 * share(short, shortRange) + 2 * share(middle, middleRange) + share(long, longRange))) / 7;
      if (++j === 2 * shortest) j = 0;
      if (++k < shortest) continue;
      toSuffixSums(pressures);
      toSuffixSums(ranges);
      k = 0;
      pressure = 0;
      range = 0;
    }
    Object.assign(state, { k, j, pressure, range });
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
