/** Coarser bars on the UTC grid, seen from finer ones: only what had closed by each fine bar's close. */
import type { Bars } from '../../data/bars.js';
import { barCount } from '../../data/bars.js';

export interface CoarseBars {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Per fine bar the last coarse bar closed by then; -1 before the first. */
  readonly lastClosed: Int32Array;
}

/**
 * Bars of `periodMs` on the UTC grid from finer ones, by their close: one that closes in (k periodMs, (k + 1) periodMs] belongs to
 * coarse bar k, which is closed from (k + 1) periodMs on; bars as long or longer stand for themselves. The first coarse bar is left
 * out, since the series may begin in its middle; empty ones do not exist. One pass.
 */
export function coarseBars(bars: Bars, periodMs: number): CoarseBars {
  const rows = barCount(bars);
  const [high, low, close] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  const lastClosed = new Int32Array(rows);
  let period = Number.NaN;
  let row = -2;
  for (let t = 0; t < rows; t++) {
    const now = Math.ceil(bars.closeTimeMs[t] / periodMs);
    const isFirst = now !== period;
    if (isFirst) row++;
    period = now;
    lastClosed[t] = bars.closeTimeMs[t] >= now * periodMs ? Math.max(row, -1) : Math.max(row - 1, -1);
    if (row < 0) continue;
    high[row] = isFirst ? bars.high[t] : Math.max(high[row], bars.high[t]);
    low[row] = isFirst ? bars.low[t] : Math.min(low[row], bars.low[t]);
    close[row] = bars.close[t];
  }
  const count = Math.max(row + 1, 0);
  return { high: high.subarray(0, count), low: low.subarray(0, count), close: close.subarray(0, count), lastClosed };
}

/** Per fine bar the value of the last coarse bar closed by then; NaN before the first. */
export function onFineBars({ lastClosed }: CoarseBars, values: Float64Array): Float64Array {
  const out = new Float64Array(lastClosed.length);
  for (let t = 0; t < out.length; t++) out[t] = lastClosed[t] < 0 ? Number.NaN : values[lastClosed[t]];
  return out;
}
