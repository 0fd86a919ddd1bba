/** The volatility that scales the barriers: exponentially weighted standard deviation of log returns, known at each bar's close. */
import { logReturns } from '../features/market/log-return.js';

/** Span of the weights in bars: alpha = 2 / (span + 1). */
export const VOLATILITY_SPAN_BARS = 50;

/** Returns that must be known before a volatility is given. */
export const MINIMUM_RETURNS = 20;

/**
 * Standard deviation of the log return over one bar, from bars up to and with each; NaN until 20 returns are known.
 * The value at bar t does not change when later bars do.
 */
export function exponentialVolatility(close: Float64Array, span = VOLATILITY_SPAN_BARS): Float64Array {
  const out = exponentialDeviation(logReturns(close), span);
  return out.fill(Number.NaN, 0, Math.min(MINIMUM_RETURNS, out.length));
}

/**
 * Weighted standard deviation with weights (1 - alpha)^k, alpha = 2 / (span + 1), and the correction for the weights' own spread:
 * pandas' ewm(span).std(). NaN values give NaN and are passed over; the first known value gives NaN. One pass, no subtraction of
 * large numbers.
 */
export function exponentialDeviation(values: Float64Array, span: number): Float64Array {
  const decay = 1 - 2 / (span + 1);
  const out = new Float64Array(values.length).fill(Number.NaN);
  let weight = 0;
  let squaredWeight = 0;
  let mean = 0;
  let variance = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t];
    if (Number.isNaN(value)) continue;
    const old = weight * decay;
    weight = old + 1;
    squaredWeight = squaredWeight * decay * decay + 1;
    const lastMean = mean;
    mean = (old * lastMean + value) / weight;
    variance = (old * (variance + (lastMean - mean) ** 2) + (value - mean) ** 2) / weight;
    const square = weight * weight;
    if (old > 0) out[t] = Math.sqrt((square / (square - squaredWeight)) * variance);
  }
  return out;
}
