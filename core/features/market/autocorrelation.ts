/** Serial correlation of log returns over a window, and the spread that Roll (1984) reads from it. */
import type { Feature } from '../feature.js';
import { logReturns } from './log-return.js';
import { covarianceBlocks, rollingAutocorrelation } from '../rolling/rolling-correlation.js';

/** Pearson correlation of each log return with the one before, over `window` pairs, in [-1, 1]; 0 where either is constant; NaN for the first window + 1 bars. */
export function returnAutocorrelation(close: Float64Array, window: number): Float64Array {
  return rollingAutocorrelation(logReturns(close), 1, window);
}

/** Roll's effective spread 2 sqrt(-covariance of neighbouring log returns), a fraction of the price; 0 where the covariance is positive. NaN as above. */
export function rollSpread(close: Float64Array, window: number): Float64Array {
  const returns = logReturns(close);
  const out = new Float64Array(close.length);
  const pairs = Math.max(0, close.length - 1);
  const { covariance, take } = covarianceBlocks(returns.subarray(1), returns.subarray(0, pairs), window);
  const toPopulation = (window - 1) / window;
  for (let start = 0, end = 0; start < pairs; start = end) {
    end = take(start);
    for (let t = start; t < end; t++) out[t + 1] = 2 * Math.sqrt(Math.max(-covariance[t - start] * toPopulation, 0));
  }
  return out.fill(Number.NaN, 0, window);
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
