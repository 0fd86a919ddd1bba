/** Log returns over several lags, the plain rate of change, and momentum in units of volatility. */
import type { Feature, FeatureSet } from '../feature.js';
import { differences } from '../rolling/lagged.js';
import { logRatio } from '../rolling/log-ratio.js';
import { rollingDeviationInPlace } from '../rolling/rolling-variance.js';

/** ln(x(t) / x(t - lag)); NaN for the first `lag` bars. */
export function logReturns(values: Float64Array, lag = 1): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, lag);
  for (let t = lag; t < values.length; t++) out[t] = logRatio(values[t], values[t - lag]);
  return out;
}

/** The squares of logReturns(values); NaN for bar 0. */
export function squaredReturns(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, 1);
  for (let t = 1; t < values.length; t++) {
    const change = logRatio(values[t], values[t - 1]);
    out[t] = change * change;
  }
  return out;
}

/** The sizes of logReturns(values); NaN for bar 0. */
export function absoluteReturns(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, 1);
  for (let t = 1; t < values.length; t++) out[t] = Math.abs(logRatio(values[t], values[t - 1]));
  return out;
}

/** x(t) / x(t - lag) - 1, the rate of change; NaN for the first `lag` bars. */
export function rateOfChange(values: Float64Array, lag: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, lag);
  for (let t = lag; t < values.length; t++) out[t] = values[t] / values[t - lag] - 1;
  return out;
}

/**
 * Log return over `lag` bars divided by what the one-bar standard deviation of the same bars lets expect (times the root of
 * lag): a t-like statistic of the drift (Moskowitz, Ooi and Pedersen 2012 scale momentum so). 0 where the price stood still.
 */
export function scaledMomentum(close: Float64Array, lag: number): Float64Array {
  const out = logReturns(close, lag);
  const deviation = rollingDeviationInPlace(logReturns(close), lag);
  for (let t = lag; t < out.length; t++) out[t] = deviation[t] === 0 ? 0 : out[t] / (deviation[t] * Math.sqrt(lag));
  return out;
}

const RETURN_LAGS: readonly (readonly [number, FeatureSet])[] = [
  [1, 'minimal'],
  [2, 'basic'],
  [4, 'minimal'],
  [8, 'basic'],
  [16, 'minimal'],
  [32, 'basic'],
  [96, 'all'],
];

export const logReturnFeatures: readonly Feature[] = [
  ...RETURN_LAGS.map(
    ([lag, set]): Feature => ({
      name: `log_return_${lag}`,
      inputs: ['close'],
      warmUp: lag,
      range: [null, null],
      source: 'Campbell, Lo and MacKinlay 1997, ch. 1',
      set,
      compute: (bars) => logReturns(bars.close, lag),
    }),
  ),
  {
    name: 'rate_of_change_10',
    inputs: ['close'],
    warmUp: 10,
    range: [-1, null],
    source: 'Murphy 1999, ch. 10',
    set: 'all',
    compute: (bars) => rateOfChange(bars.close, 10),
  },
  {
    name: 'scaled_momentum_24',
    inputs: ['close'],
    warmUp: 24,
    range: [null, null],
    source: 'Moskowitz, Ooi and Pedersen 2012',
    set: 'basic',
    compute: (bars) => scaledMomentum(bars.close, 24),
  },
  {
    name: 'return_change_8',
    inputs: ['close'],
    warmUp: 16,
    range: [null, null],
    source: 'Murphy 1999, ch. 10 (acceleration)',
    set: 'all',
    compute: (bars) => differences(logReturns(bars.close, 8), 8),
  },
];
