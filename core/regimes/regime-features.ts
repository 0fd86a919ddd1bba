/** What the regime model looks at: direction and size of recent moves, from bars up to each bar. */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';

/** Columns of `regimeFeatures`, in order. */
export const REGIME_FEATURES = ['trend', 'logVolatility'] as const;

/** Bars that both features look back over, the bar itself included; fewer at the start of the series. */
export const REGIME_LOOKBACK_BARS = 8;
/** Variance of a bar that has not moved: keeps the logarithm finite. */
const LEAST_VARIANCE = 1e-12;

/**
 * [n x 2] row-major: `trend` = mean log return over the last 8 bars (the first bar's return is close over open),
 * `logVolatility` = half the logarithm of the mean Parkinson (1980) variance ln(H/L)^2 / (4 ln 2) over them. No NaN;
 * the first 7 rows look at as many bars as there are. Row t uses bars up to t.
 */
export function regimeFeatures(bars: Bars): Float64Array {
  const n = barCount(bars);
  const out = new Float64Array(2 * n);
  const returns = barReturns(bars);
  const variance = new Float64Array(n);
  for (let t = 0; t < n; t++) variance[t] = Math.log(bars.high[t] / bars.low[t]) ** 2 / (4 * Math.LN2);
  for (let t = 0; t < n; t++) {
    const from = Math.max(0, t - REGIME_LOOKBACK_BARS + 1);
    let move = 0;
    let size = 0;
    // Summed anew for each bar: a running sum would carry rounding from the series' start.
    for (let i = from; i <= t; i++) {
      move += returns[i];
      size += variance[i];
    }
    const count = t - from + 1;
    out[2 * t] = move / count;
    out[2 * t + 1] = 0.5 * Math.log(Math.max(size / count, LEAST_VARIANCE));
  }
  return out;
}

/** Log return of each bar: close over the close before, the first bar's over its open. */
export function barReturns(bars: Bars): Float64Array {
  return bars.close.map((close, t) => Math.log(close / (t === 0 ? bars.open[0] : bars.close[t - 1])));
}
