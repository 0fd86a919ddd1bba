/** The close against its simple and exponential averages, and one average against another. */
import type { Feature, FeatureSet } from '../feature.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { toSuffixSums } from './suffix-sums.js';
import { spanWarmUp } from '../rolling/exponential-average.js';

/** numerator / denominator - 1, value by value; NaN where either is. */
export function ratioLessOne(numerator: Float64Array, denominator: Float64Array): Float64Array {
  const series = { numerator, denominator, out: new Float64Array(numerator.length) };
  return followBars(series, {}, ({ numerator, denominator, out }, _, { from, to }) => {
    for (let t = from; t < to; t++) out[t] = numerator[t] / denominator[t] - 1;
  });
}

/** value / exponential average of `span` - 1; NaN for the first span - 1 bars. */
export function spanAverageRatio(values: Float64Array, span: number): Float64Array {
  const series = { values, span, out: new Float64Array(values.length) };
  return followBars(series, { seen: 0, average: 0 }, ({ values, span, out }, state, { from, to }) => {
    let { seen, average } = state;
    const alpha = 2 / (span + 1);
    for (let t = from; t < to; t++) {
      const value = values[t];
      out[t] = Number.NaN;
      if (value !== value) continue;
      seen++;
      average += averageWeight(seen, span, alpha) * (value - average);
      if (seen >= span) out[t] = value / average - 1;
    }
    state.seen = seen;
    state.average = average;
  });
}

/** Exponential average of span `fast` / that of span `slow` - 1, 0 where the latter is 0; NaN for the first slow - 1 bars. */
export function spanAverageCross(values: Float64Array, fast: number, slow: number): Float64Array {
  const series = { values, fast, slow, out: new Float64Array(values.length) };
  return followBars(series, { seen: 0, quick: 0, calm: 0 }, ({ values, fast, slow, out }, state, { from, to }) => {
    let { seen, quick, calm } = state;
    const alphas = [2 / (fast + 1), 2 / (slow + 1)] as const;
    for (let t = from; t < to; t++) {
      const value = values[t];
      out[t] = Number.NaN;
      if (value !== value) continue;
      seen++;
      quick += averageWeight(seen, fast, alphas[0]) * (value - quick);
      calm += averageWeight(seen, slow, alphas[1]) * (value - calm);
      if (seen >= slow) out[t] = calm === 0 ? 0 : quick / calm - 1;
    }
    state.seen = seen;
    state.quick = quick;
    state.calm = calm;
  });
}

/** value / mean of the last `window` - 1; NaN for the first window - 1 bars. */
export function meanRatio(values: Float64Array, window: number): Float64Array {
  const series = { values, block: new Float64Array(window + 1), window, out: new Float64Array(values.length) };
  followBars(series, { k: 0, sum: 0 }, ({ values, block, window, out }, state, { from, to }) => {
    let { k, sum } = state;
    for (let t = from; t < to; t++) {
      const value = values[t];
      sum += value;
      block[k++] = value;
      out[t] = (window * value) / (block[k] + sum) - 1;
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

const SOURCE = 'Murphy 1999, ch. 9';
const SPANS: readonly (readonly [number, FeatureSet])[] = [
  [8, 'basic'],
  [21, 'minimal'],
  [55, 'all'],
];
const WINDOWS: readonly (readonly [number, FeatureSet])[] = [
  [20, 'basic'],
  [50, 'all'],
];

export const movingAverageFeatures: readonly Feature[] = [
  ...SPANS.map(
    ([span, set]): Feature => ({
      name: `ema_ratio_${span}`,
      inputs: ['close'],
      warmUp: spanWarmUp(span),
      range: [-1, null],
      source: SOURCE,
      set,
      compute: (bars) => spanAverageRatio(bars.close, span),
    }),
  ),
  ...WINDOWS.map(
    ([window, set]): Feature => ({
      name: `sma_ratio_${window}`,
      inputs: ['close'],
      warmUp: window - 1,
      range: [-1, null],
      source: SOURCE,
      set,
      compute: (bars) => meanRatio(bars.close, window),
    }),
  ),
  {
    name: 'ema_cross_8_21',
    inputs: ['close'],
    warmUp: spanWarmUp(21),
    range: [-1, null],
    source: SOURCE,
    set: 'basic',
    compute: (bars) => spanAverageCross(bars.close, 8, 21),
  },
];
