/** Who won the bars: mean balance of power (Livshin 2001) and the relative vigor index (Ehlers 2002). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';
import { rollingSum } from '../rolling/rolling-sum.js';

/** Mean of (close - open) / (high - low), 0 in a bar without range, over `window` bars, in [-1, 1]; NaN for the first window - 1 bars. */
export function balanceOfPower({ open, high, low, close }: Bars, window: number): Float64Array {
  const series = { open, high, low, close, window, block: new Float64Array(window + 1), out: new Float64Array(close.length) };
  followBars(series, { k: 0, sum: 0 }, ({ open, high, low, close, window, block, out }, state, { from, to }) => {
    let { k, sum } = state;
    for (let t = from; t < to; t++) {
      const range = high[t] - low[t];
      const body = range === 0 ? 0 : (close[t] - open[t]) / range;
      sum += body;
      block[k++] = body;
      out[t] = (block[k] + sum) / window;
      if (k < window) continue;
      toSuffixSums(block);
      k = 0;
      sum = 0;
    }
    state.k = k;
    state.sum = sum;
  });
  return series.out.fill(Number.NaN, 0, window - 1);
}

/** Weights 1, 2, 2, 1 over the last four values; NaN for the first three bars. */
function symmetric(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let t = 3; t < out.length; t++) out[t] = values[t] + 2 * values[t - 1] + 2 * values[t - 2] + values[t - 3];
  return out;
}

/** Sum of the weighted bodies / sum of the weighted ranges of `window` bars, in [-1, 1]; 0 where there was no range; NaN for the first window + 2 bars. */
export function relativeVigor(bars: Bars, window: number): Float64Array {
  const body = new Float64Array(bars.close.length);
  const range = new Float64Array(bars.close.length);
  for (let t = 0; t < body.length; t++) {
    body[t] = bars.close[t] - bars.open[t];
    range[t] = bars.high[t] - bars.low[t];
  }
  const out = rollingSum(symmetric(body), window);
  const total = rollingSum(symmetric(range), window);
  for (let t = 0; t < out.length; t++) out[t] = total[t] === 0 ? 0 : out[t] / total[t];
  return out;
}

const COMMON = { inputs: ['open', 'high', 'low', 'close'], range: [-1, 1], set: 'all' } as const;

export const barBalanceFeatures: readonly Feature[] = [
  { ...COMMON, name: 'balance_of_power_14', warmUp: 13, source: 'Livshin 2001', compute: (bars) => balanceOfPower(bars, 14) },
  { ...COMMON, name: 'relative_vigor_10', warmUp: 12, source: 'Ehlers 2002', compute: (bars) => relativeVigor(bars, 10) },
];
