/** Relative strength index (Wilder 1978, section VI). */
import type { Feature, FeatureSet } from '../feature.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';

/**
 * RSI in [0, 100], Wilder-smoothed; NaN for the first `window` bars; 50 where the price stood still since the start. With the averages of
 * gains and losses, 100 gain / (gain + loss) is 50 + 50 change / size in those of the changes and of their sizes, which need no branch.
 */
export function relativeStrengthIndex(close: Float64Array, window: number): Float64Array {
  const series = { close, window, out: new Float64Array(close.length) };
  return followBars(series, { seen: 0, change: 0, size: 0 }, ({ close, window, out }, state, { from, to }) => {
    let { seen, change, size } = state;
    const alpha = 1 / window;
    let last = from === 0 ? Number.NaN : close[from - 1];
    for (let t = from; t < to; t++) {
      const step = close[t] - last;
      last = close[t];
      out[t] = Number.NaN;
      if (step !== step) continue;
      seen++;
      const weight = averageWeight(seen, window, alpha);
      change += weight * (step - change);
      size += weight * (Math.abs(step) - size);
      if (seen >= window) out[t] = size === 0 ? 50 : 50 + (50 * change) / size;
    }
    state.seen = seen;
    state.change = change;
    state.size = size;
  });
}

const entry = (window: number, set: FeatureSet): Feature => ({
  name: `rsi_${window}`,
  inputs: ['close'],
  warmUp: wilderWarmUp(window) + 1,
  range: [0, 100],
  source: 'Wilder 1978',
  set,
  compute: (bars) => relativeStrengthIndex(bars.close, window),
});

export const relativeStrengthFeatures: readonly Feature[] = [entry(7, 'all'), entry(14, 'minimal')];
