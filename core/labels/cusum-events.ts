/** Events by the symmetric CUSUM filter (Page 1954; Lam and Yam 1997; Lopez de Prado 2018, section 2.5.2.1). */

/**
 * Bars at which the sum of rises, or of falls, of the log close since its last reset passes the threshold, ascending. Each sum is
 * reset to zero where it would change its sign, and where it makes an event. thresholds[t] is in log returns and must be known before
 * bar t closes; where it is NaN or not above 0 both sums begin anew and there is no event. The first bar is never one. The events
 * up to bar t depend on bars up to t only.
 * @throws RangeError when the columns differ in length.
 */
export function cusumEvents(close: Float64Array, thresholds: Float64Array): Int32Array {
  if (thresholds.length !== close.length) throw new RangeError(`expected a threshold for each of ${close.length} bars, found ${thresholds.length}`);
  const events = new Int32Array(close.length);
  let count = 0;
  let up = 0;
  let down = 0;
  let last = Math.log(close[0]);
  for (let t = 1; t < close.length; t++) {
    const now = Math.log(close[t]);
    const threshold = thresholds[t];
    const change = now - last;
    last = now;
    if (!(threshold > 0)) {
      up = 0;
      down = 0;
      continue;
    }
    up = Math.max(0, up + change);
    down = Math.min(0, down + change);
    if (down < -threshold) down = 0;
    else if (up > threshold) up = 0;
    else continue;
    events[count++] = t;
  }
  return events.slice(0, count);
}

/**
 * Thresholds of `units` times the volatility that was known one bar before: the move that is judged has no part in its own measure.
 * NaN for the first bar and wherever that volatility is NaN.
 */
export function volatilityThresholds(volatility: Float64Array, units: number): Float64Array {
  const out = new Float64Array(volatility.length).fill(Number.NaN);
  for (let t = 1; t < out.length; t++) out[t] = units * volatility[t - 1];
  return out;
}
