/** Bollinger bands (Bollinger 2001): where the close lies in them, and how wide they are. */
import type { Feature } from '../feature.js';
import { rollingScore, rollingVariance } from '../rolling/rolling-variance.js';

const WINDOW = 20;
/** Half-width of the bands in standard deviations. */
const DEVIATIONS = 2;

/** Four population standard deviations as a fraction of the mean of the last `window` closes; NaN for the first window - 1 bars. */
export function bollingerWidth(close: Float64Array, window: number): Float64Array {
  const { mean, variance } = rollingVariance(close, window);
  const toPopulation = (window - 1) / window;
  for (let t = 0; t < mean.length; t++) mean[t] = (2 * DEVIATIONS * Math.sqrt(variance[t] * toPopulation)) / mean[t];
  return mean;
}

/** (close - mean) / (2 population standard deviations): 1 at the upper band, -1 at the lower; 0 where the window is constant. */
export function bollingerPosition(close: Float64Array, window: number): Float64Array {
  const scale = Math.sqrt(window / (window - 1)) / DEVIATIONS;
  const out = rollingScore(close, window);
  for (let t = 0; t < out.length; t++) out[t] *= scale;
  return out;
}

/** A value of n differs from their mean by at most sqrt(n - 1) population deviations. */
const BOUND = Math.sqrt(WINDOW - 1) / DEVIATIONS;

export const bollingerFeatures: readonly Feature[] = [
  {
    name: `bollinger_position_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW - 1,
    range: [-BOUND, BOUND],
    source: 'Bollinger 2001',
    set: 'minimal',
    compute: (bars) => bollingerPosition(bars.close, WINDOW),
  },
  {
    name: `bollinger_width_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW - 1,
    range: [0, null],
    source: 'Bollinger 2001',
    set: 'basic',
    compute: (bars) => bollingerWidth(bars.close, WINDOW),
  },
];
