/** Chande momentum oscillator (Chande and Kroll 1994): rises less falls over their sum, plain sums as in the book. */
import type { Feature } from '../feature.js';
import { differences } from '../rolling/lagged.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** 100 (sum of changes) / (sum of |changes|) over `window` bars, in [-100, 100]; 0 where nothing moved; NaN for the first `window` bars. */
export function chandeMomentum(values: Float64Array, window: number): Float64Array {
  const steps = differences(values);
  for (let t = 1; t < steps.length; t++) steps[t] = Math.abs(steps[t]);
  const path = rollingSum(steps, window);
  for (let t = window; t < path.length; t++) {
    const share = path[t] === 0 ? 0 : (values[t] - values[t - window]) / path[t];
    path[t] = 100 * Math.min(1, Math.max(-1, share));
  }
  return path;
}

export const chandeMomentumFeatures: readonly Feature[] = [
  {
    name: 'cmo_14',
    inputs: ['close'],
    warmUp: 14,
    range: [-100, 100],
    source: 'Chande and Kroll 1994',
    set: 'all',
    compute: (bars) => chandeMomentum(bars.close, 14),
  },
];
