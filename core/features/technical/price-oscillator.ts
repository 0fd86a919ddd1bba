/** Difference of two exponential averages, of the price and of the volume (Appel 2005; Murphy 1999): PPO, APO in true ranges, PVO. */
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import { spanAverageCross } from './moving-average.js';
import { spanAverage, spanWarmUp, wilderWarmUp } from '../rolling/exponential-average.js';

/** 100 (fast average / slow average - 1); NaN for the first slow - 1 bars; 0 where the slow average is 0. */
export function percentageOscillator(values: Float64Array, fast: number, slow: number): Float64Array {
  const out = spanAverageCross(values, fast, slow);
  for (let t = 0; t < out.length; t++) out[t] *= 100;
  return out;
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
    compute: (bars) => {
      const out = spanAverage(bars.close, 12);
      const slow = spanAverage(bars.close, 26);
      const range = averageTrueRange(bars, 14);
      for (let t = 0; t < out.length; t++) out[t] = range[t] === 0 ? 0 : (out[t] - slow[t]) / range[t];
      return out;
    },
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
