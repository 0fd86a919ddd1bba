/** Serial correlation of log returns over a window, and the spread that Roll (1984) reads from it. */
import type { Feature } from './feature.js';
import { logReturns } from './log-return.js';
import { rollingSum } from './rolling-sum.js';

/** Covariance of neighbouring values, sum over the window of (x(t) - m)(x(t-1) - m') / window with both means of the same window. */
function neighbourSums(values: Float64Array, window: number): { covariance: Float64Array; variance: Float64Array; earlierVariance: Float64Array } {
  const earlier = new Float64Array(values.length).fill(Number.NaN);
  earlier.set(values.subarray(0, values.length - 1), 1);
  const sum = rollingSum(values, window);
  const earlierSum = rollingSum(earlier, window);
  const centred = (products: Float64Array, a: Float64Array, b: Float64Array): Float64Array =>
    rollingSum(products, window).map((product, t) => (product - (a[t] * b[t]) / window) / window);
  return {
    covariance: centred(
      values.map((value, t) => value * earlier[t]),
      sum,
      earlierSum,
    ),
    variance: centred(
      values.map((value) => value * value),
      sum,
      sum,
    ),
    earlierVariance: centred(
      earlier.map((value) => value * value),
      earlierSum,
      earlierSum,
    ),
  };
}

/** Pearson correlation of each log return with the one before, over `window` pairs, in [-1, 1]; 0 where either is constant; NaN for the first window + 1 bars. */
export function returnAutocorrelation(close: Float64Array, window: number): Float64Array {
  const { covariance, variance, earlierVariance } = neighbourSums(logReturns(close), window);
  return covariance.map((value, t) => {
    const scale = Math.max(variance[t], 0) * Math.max(earlierVariance[t], 0);
    if (Number.isNaN(value)) return Number.NaN;
    return scale === 0 ? 0 : Math.min(1, Math.max(-1, value / Math.sqrt(scale)));
  });
}

/** Roll's effective spread 2 sqrt(-covariance of neighbouring log returns), a fraction of the price; 0 where the covariance is positive. NaN as above. */
export function rollSpread(close: Float64Array, window: number): Float64Array {
  return neighbourSums(logReturns(close), window).covariance.map((value) => 2 * Math.sqrt(Math.max(-value, 0)));
}

export const autocorrelationFeatures: readonly Feature[] = [
  {
    name: 'autocorrelation_32',
    inputs: ['close'],
    warmUp: 33,
    range: [-1, 1],
    source: 'Lo and MacKinlay 1988',
    set: 'basic',
    compute: (bars) => returnAutocorrelation(bars.close, 32),
  },
  {
    name: 'roll_spread_32',
    inputs: ['close'],
    warmUp: 33,
    range: [0, null],
    source: 'Roll 1984',
    set: 'all',
    compute: (bars) => rollSpread(bars.close, 32),
  },
];
