/** The least-squares line through the last closes: its slope, how well it fits, and where the close stands to it (Kaufman 2013, ch. 6). */
import type { Feature } from '../feature.js';
import { windowLine } from './window-line.js';
import { rollingVariance } from '../rolling/rolling-variance.js';
import { rollingLine } from '../rolling/rolling-weighted-mean.js';

const WINDOW = 20;

/** Part of the variance of the last `window` values that their line explains, in [0, 1]; 0 where they are constant; NaN for the first window - 1 bars. */
export function regressionFit(values: Float64Array, window: number): Float64Array {
  const { slope } = rollingLine(values, window);
  const { variance } = rollingVariance(values, window);
  const timeVariance = (window * (window + 1)) / 12;
  for (let t = 0; t < slope.length; t++) {
    if (!Number.isNaN(slope[t])) slope[t] = variance[t] === 0 ? 0 : Math.min(1, (slope[t] * slope[t] * timeVariance) / variance[t]);
  }
  return slope;
}

const COMMON = { inputs: ['close'], warmUp: WINDOW - 1, source: 'Kaufman 2013, ch. 6', set: 'all' } as const;

export const linearRegressionFeatures: readonly Feature[] = [
  { ...COMMON, name: `regression_slope_${WINDOW}`, range: [null, null], compute: ({ close }) => windowLine(close, WINDOW, 'slope') },
  { ...COMMON, name: `regression_fit_${WINDOW}`, range: [0, 1], compute: ({ close }) => regressionFit(close, WINDOW) },
  {
    ...COMMON,
    name: `regression_residual_${WINDOW}`,
    range: [null, null],
    compute: ({ close }) => {
      const { end } = rollingLine(close, WINDOW);
      for (let t = 0; t < end.length; t++) end[t] = 1 - end[t] / close[t];
      return end;
    },
  },
];
