/** The close against its simple and exponential averages, and one average against another. */
import type { Feature, FeatureSet } from '../feature.js';
import { spanAverage, spanWarmUp } from '../rolling/exponential-average.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/** numerator / denominator - 1, value by value; NaN where either is. */
export function ratioLessOne(numerator: Float64Array, denominator: Float64Array): Float64Array {
  const out = new Float64Array(numerator.length);
  for (let t = 0; t < out.length; t++) out[t] = numerator[t] / denominator[t] - 1;
  return out;
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
      compute: (bars) => ratioLessOne(bars.close, spanAverage(bars.close, span)),
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
      compute: (bars) => ratioLessOne(bars.close, rollingMean(bars.close, window)),
    }),
  ),
  {
    name: 'ema_cross_8_21',
    inputs: ['close'],
    warmUp: spanWarmUp(21),
    range: [-1, null],
    source: SOURCE,
    set: 'basic',
    compute: (bars) => ratioLessOne(spanAverage(bars.close, 8), spanAverage(bars.close, 21)),
  },
];
