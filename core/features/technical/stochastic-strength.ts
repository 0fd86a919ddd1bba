/** The stochastic oscillator of the RSI (Chande and Kroll 1994): where the RSI lies among its own last values. */
import type { Feature } from '../feature.js';
import { relativeStrengthIndex } from './relative-strength-index.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';

/** 100 (RSI - lowest RSI) / (highest - lowest) over `window` values of an RSI of the same window, in [0, 100]; 50 where it stood still; NaN for the first 2 window - 1 bars. */
export function stochasticStrength(close: Float64Array, window: number): Float64Array {
  const strength = relativeStrengthIndex(close, window);
  const highest = rollingMaximum(strength, window);
  const lowest = rollingMinimum(strength, window);
  for (let t = 0; t < strength.length; t++) {
    const span = highest[t] - lowest[t];
    strength[t] = span === 0 ? 50 : (100 * (strength[t] - lowest[t])) / span;
  }
  return strength;
}

export const stochasticStrengthFeatures: readonly Feature[] = [
  {
    name: 'stochastic_rsi_14',
    inputs: ['close'],
    warmUp: wilderWarmUp(14) + 14,
    range: [0, 100],
    source: 'Chande and Kroll 1994',
    set: 'all',
    compute: (bars) => stochasticStrength(bars.close, 14),
  },
];
