/** Moving average convergence divergence (Appel 1979) as a fraction of the price. */
import type { Feature, FeatureSet } from '../feature.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { spanWarmUp } from '../rolling/exponential-average.js';

/** Fast less slow average, the average of that line, and their difference. */
export type ConvergencePart = 'line' | 'signal' | 'histogram';

const [FAST, SLOW, SMOOTH] = [12, 26, 9];

/** A part of the MACD of spans 12, 26 and 9, divided by the close. The line is NaN for the first 25 bars, signal and histogram for the first 33. */
export function movingAverageConvergence(close: Float64Array, part: ConvergencePart): Float64Array {
  const series = {
    close,
    ofLine: part === 'signal' ? 0 : 1,
    ofSignal: part === 'line' ? 0 : part === 'signal' ? 1 : -1,
    first: part === 'line' ? SLOW : SLOW + SMOOTH - 1,
    out: new Float64Array(close.length),
  };
  return followBars(series, { seen: 0, fast: 0, slow: 0, signal: 0 }, ({ close, ofLine, ofSignal, first, out }, state, { from, to }) => {
    let { seen, fast, slow, signal } = state;
    for (let t = from; t < to; t++) {
      const price = close[t];
      out[t] = Number.NaN;
      if (price !== price) continue;
      seen++;
      fast += averageWeight(seen, FAST, 2 / (FAST + 1)) * (price - fast);
      slow += averageWeight(seen, SLOW, 2 / (SLOW + 1)) * (price - slow);
      signal += averageWeight(seen - SLOW + 1, SMOOTH, 2 / (SMOOTH + 1)) * (fast - slow - signal);
      if (seen >= first) out[t] = (ofLine * (fast - slow) + ofSignal * signal) / price;
    }
    state.seen = seen;
    state.fast = fast;
    state.slow = slow;
    state.signal = signal;
  });
}

const entry = (part: ConvergencePart, set: FeatureSet): Feature => ({
  name: `macd_${part}`,
  inputs: ['close'],
  warmUp: spanWarmUp(SLOW) + spanWarmUp(SMOOTH),
  range: [null, null],
  source: 'Appel 1979',
  set,
  compute: (bars) => movingAverageConvergence(bars.close, part),
});

export const movingAverageConvergenceFeatures: readonly Feature[] = [entry('line', 'basic'), entry('signal', 'all'), entry('histogram', 'minimal')];
