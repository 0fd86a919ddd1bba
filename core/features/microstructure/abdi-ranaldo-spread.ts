/** Bid-ask spread from closes, highs and lows (Abdi and Ranaldo 2017, eq. 11, each pair of bars set to 0 where negative). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/**
 * Mean over `window` pairs of bars of sqrt(max(0, 4 (c - m)(c - m'))), c the log close of the earlier bar, m and m' the middles of
 * log high and log low of it and of the next: a fraction of the price. NaN for the first `window` bars.
 */
export function abdiRanaldoSpread({ high, low, close }: Bars, window: number): Float64Array {
  const spreads = new Float64Array(close.length);
  let middle = Number.NaN;
  for (let t = 0; t < spreads.length; t++) {
    const last = t === 0 ? Number.NaN : Math.log(close[t - 1]);
    const next = (Math.log(high[t]) + Math.log(low[t])) / 2;
    spreads[t] = Math.sqrt(Math.max(0, 4 * (last - middle) * (last - next)));
    middle = next;
  }
  return rollingMeanInPlace(spreads, window);
}

export const abdiRanaldoFeatures: readonly Feature[] = [
  {
    name: 'abdi_ranaldo_20',
    inputs: ['high', 'low', 'close'],
    warmUp: 20,
    range: [0, null],
    source: 'Abdi and Ranaldo 2017',
    set: 'all',
    compute: (bars) => abdiRanaldoSpread(bars, 20),
  },
];
