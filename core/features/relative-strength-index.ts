/** Relative strength index (Wilder 1978, section VI). */
import type { Feature, FeatureSet } from './feature.js';
import { wilderAverage, wilderWarmUp } from './exponential-average.js';

/** RSI in [0, 100], Wilder-smoothed; NaN for the first `window` bars; 50 where the price stood still since the start. */
export function relativeStrengthIndex(close: Float64Array, window: number): Float64Array {
  const gains = new Float64Array(close.length).fill(Number.NaN);
  const losses = new Float64Array(close.length).fill(Number.NaN);
  for (let t = 1; t < close.length; t++) {
    const change = close[t] - close[t - 1];
    gains[t] = Math.max(change, 0);
    losses[t] = Math.max(-change, 0);
  }
  const gain = wilderAverage(gains, window);
  const loss = wilderAverage(losses, window);
  return gain.map((up, t) => (up + loss[t] === 0 ? 50 : (100 * up) / (up + loss[t])));
}

const entry = (window: number, set: FeatureSet): Feature => ({
  name: `rsi_${window}`,
  inputs: ['close'],
  warmUp: wilderWarmUp(window) + 1,
  range: [0, 100],
  source: 'Wilder 1978',
  set,
  compute: (bars) => relativeStrengthIndex(bars.close, window),
});

export const relativeStrengthFeatures: readonly Feature[] = [entry(7, 'all'), entry(14, 'minimal')];
