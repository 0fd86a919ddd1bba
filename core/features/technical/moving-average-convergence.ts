/** Moving average convergence divergence (Appel 1979) as a fraction of the price. */
import type { Feature, FeatureSet } from '../feature.js';
import { spanAverage, spanWarmUp } from '../rolling/exponential-average.js';

export interface Convergence {
  /** Fast less slow average, divided by the close. */
  readonly line: Float64Array;
  /** Average of the unscaled line, divided by the close. */
  readonly signal: Float64Array;
  /** line - signal. */
  readonly histogram: Float64Array;
}

/** MACD of spans 12, 26 and 9, divided by the close. Line from bar 25, signal and histogram from bar 33 on, NaN before. */
export function movingAverageConvergence(close: Float64Array, { fast = 12, slow = 26, smooth = 9 } = {}): Convergence {
  const slowAverage = spanAverage(close, slow);
  const line = spanAverage(close, fast);
  for (let t = 0; t < line.length; t++) line[t] -= slowAverage[t];
  const signal = spanAverage(line, smooth);
  const histogram = new Float64Array(close.length);
  for (let t = 0; t < histogram.length; t++) {
    histogram[t] = (line[t] - signal[t]) / close[t];
    line[t] /= close[t];
    signal[t] /= close[t];
  }
  return { line, signal, histogram };
}

const entry = (part: keyof Convergence, set: FeatureSet): Feature => ({
  name: `macd_${part}`,
  inputs: ['close'],
  warmUp: spanWarmUp(26) + spanWarmUp(9),
  range: [null, null],
  source: 'Appel 1979',
  set,
  compute: (bars) => movingAverageConvergence(bars.close)[part],
});

export const movingAverageConvergenceFeatures: readonly Feature[] = [entry('line', 'basic'), entry('signal', 'all'), entry('histogram', 'minimal')];
