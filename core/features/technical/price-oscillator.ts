/** Difference of two exponential averages, of the price and of the volume (Appel 2005; Murphy 1999): PPO, APO in true ranges, PVO. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { spanAverageCross } from './moving-average.js';
import { spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';

/** 100 (fast average / slow average - 1); NaN for the first slow - 1 bars; 0 where the slow average is 0. */
export function percentageOscillator(values: Float64Array, fast: number, slow: number): Float64Array {
  return followBars({ out: spanAverageCross(values, fast, slow) }, {}, ({ out }, _, { from, to }) => {
    for (let t = from; t < to; t++) out[t] *= 100;
  });
}

/** (fast average - slow average of the close) / average true range of 14 bars; NaN for the first slow - 1 bars (at least 14); 0 where the range is 0. */
export function absoluteOscillator(bars: Bars, fast: number, slow: number): Float64Array {
  const series = { close: bars.close, fast, slow, out: averageTrueRange(bars, 14) };
  return followBars(series, { seen: 0, quick: 0, calm: 0 }, ({ close, fast, slow, out }, state, { from, to }) => {
    let { seen, quick, calm } = state;
    const alphas = [2 / (fast + 1), 2 / (slow + 1)] as const;
    for (let t = from; t < to; t++) {
      const price = close[t];
      const range = out[t];
      out[t] = Number.NaN;
      if (price !== price) continue;
      seen++;
      quick += averageWeight(seen, fast, alphas[0]) * (price - quick);
      calm += averageWeight(seen, slow, alphas[1]) * (price - calm);
      if (seen >= slow) out[t] = range === 0 ? 0 : (quick - calm) / range;
    }
    state.seen = seen;
    state.quick = quick;
    state.calm = calm;
  });
}

export const priceOscillatorFeatures: readonly Feature[] = [
  {
    name: 'ppo_12_26',
    inputs: ['close'],
    warmUp: spanWarmUp(26),
    range: [-100, null],
    source: 'Appel 2005',
    set: 'all',
    compute: (bars) => percentageOscillator(bars.close, 12, 26),
  },
  {
    name: 'apo_per_range_12_26',
    inputs: ['high', 'low', 'close'],
    warmUp: Math.max(spanWarmUp(26), wilderWarmUp(14) + 1),
    range: [null, null],
    source: 'Murphy 1999, ch. 10 (in average true ranges)',
    set: 'all',
    compute: (bars) => absoluteOscillator(bars, 12, 26),
  },
  {
    name: 'volume_oscillator_12_26',
    inputs: ['volume'],
    warmUp: spanWarmUp(26),
    range: [-100, null],
    source: 'Appel 2005, on volume',
    set: 'all',
    compute: (bars) => percentageOscillator(bars.volume, 12, 26),
  },
];
