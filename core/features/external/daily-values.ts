/** Slow series by day: what an extra was at the closes of the last UTC days. */
import type { Bars } from '../../data/bars.js';
import type { CoarseBars } from '../multi-timeframe/coarse-bars.js';
import { coarseBars } from '../multi-timeframe/coarse-bars.js';

export const DAY_MS = 86_400_000;

/** The column's value at each UTC day's last bar, as `close` of daily bars; a day counts from its end on, the first one never. */
export function dailyValues(bars: Bars, column: Float64Array): CoarseBars {
  return coarseBars({ ...bars, high: column, low: column, close: column }, DAY_MS);
}
