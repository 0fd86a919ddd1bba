/** The stochastic oscillator of the RSI (Chande and Kroll 1994): where the RSI lies among its own last values. */
import type { Feature } from '../feature.js';
import { priceChannel } from './price-channel.js';
import { relativeStrengthIndex } from './relative-strength-index.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';

/** 100 (RSI - lowest RSI) / (highest - lowest) over `window` values of an RSI of the same window, in [0, 100]; 50 where it stood still; NaN for the first 2 window - 1 bars. */
export function stochasticStrength(close: Float64Array, window: number): Float64Array {
  const strength = relativeStrengthIndex(close, window);
  return priceChannel({ high: strength, low: strength, close: strength }, window, 'percent');
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
