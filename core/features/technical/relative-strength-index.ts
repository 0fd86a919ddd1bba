/** Relative strength index (Wilder 1978, section VI). */
import type { Feature, FeatureSet } from '../feature.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';

/** RSI in [0, 100], Wilder-smoothed; NaN for the first `window` bars; 50 where the price stood still since the start. */
export function relativeStrengthIndex(close: Float64Array, window: number): Float64Array {
  const out = new Float64Array(close.length).fill(Number.NaN);
  const alpha = 1 / window;
  let [seen, gain, loss] = [0, 0, 0];
  for (let t = 1; t < out.length; t++) {
    const change = close[t] - close[t - 1];
    if (Number.isNaN(change)) continue;
    // Without a branch: signs of returns cannot be predicted.
    const rise = (change + Math.abs(change)) / 2;
    const fall = rise - change;
    if (seen < window) {
      gain += rise * alpha;
      loss += fall * alpha;
      if (++seen < window) continue;
    } else {
      gain += alpha * (rise - gain);
      loss += alpha * (fall - loss);
    }
    out[t] = gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
  }
  return out;
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
