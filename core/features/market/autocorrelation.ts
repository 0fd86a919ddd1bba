/** Serial correlation of log returns over a window, and the spread that Roll (1984) reads from it. */
import type { Feature } from '../feature.js';
import { logReturns } from './log-return.js';
import { lagged } from '../rolling/lagged.js';
import { rollingCorrelation, rollingCovariance } from '../rolling/rolling-correlation.js';

/** Pearson correlation of each log return with the one before, over `window` pairs, in [-1, 1]; 0 where either is constant; NaN for the first window + 1 bars. */
export function returnAutocorrelation(close: Float64Array, window: number): Float64Array {
  const returns = logReturns(close);
  return rollingCorrelation(returns, lagged(returns, 1), window);
}

/** Roll's effective spread 2 sqrt(-covariance of neighbouring log returns), a fraction of the price; 0 where the covariance is positive. NaN as above. */
export function rollSpread(close: Float64Array, window: number): Float64Array {
  const returns = logReturns(close);
  const { covariance } = rollingCovariance(returns, lagged(returns, 1), window);
  const toPopulation = (window - 1) / window;
  for (let t = 0; t < covariance.length; t++) covariance[t] = 2 * Math.sqrt(Math.max(-covariance[t] * toPopulation, 0));
  return covariance;
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
