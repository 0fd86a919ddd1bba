/** Stochastic oscillator (Lane 1984) and Williams %R: where the close lies in the range of the last bars. */
import type { Bars } from '../data/bars.js';
import type { Feature } from './feature.js';
import { rollingMaximum, rollingMinimum } from './rolling-extreme.js';
import { rollingMean } from './rolling-sum.js';

const INPUTS = ['high', 'low', 'close'] as const;

/** %K = 100 (close - lowest low) / (highest high - lowest low) in [0, 100]; 50 where the range is 0; NaN for the first window - 1 bars. */
export function stochasticOscillator(bars: Bars, window: number): Float64Array {
  const highest = rollingMaximum(bars.high, window);
  const lowest = rollingMinimum(bars.low, window);
  return highest.map((top, t) => (top === lowest[t] ? 50 : (100 * (bars.close[t] - lowest[t])) / (top - lowest[t])));
}

export const stochasticFeatures: readonly Feature[] = [
  {
    name: 'stochastic_k_14',
    inputs: INPUTS,
    warmUp: 13,
    range: [0, 100],
    source: 'Lane 1984',
    set: 'basic',
    compute: (bars) => stochasticOscillator(bars, 14),
  },
  {
    name: 'stochastic_d_14',
    inputs: INPUTS,
    warmUp: 15,
    range: [0, 100],
    source: 'Lane 1984 (%D: mean of three %K)',
    set: 'basic',
    compute: (bars) => rollingMean(stochasticOscillator(bars, 14), 3),
  },
  {
    name: 'williams_r_14',
    inputs: INPUTS,
    warmUp: 13,
    range: [-100, 0],
    source: 'Williams 1979 (%K - 100)',
    set: 'all',
    compute: (bars) => stochasticOscillator(bars, 14).map((k) => k - 100),
  },
];
