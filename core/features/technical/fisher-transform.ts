/** Fisher transform (Ehlers 2002) of where the bar's middle lies in the range of the last ones: turns come as sharp peaks. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';

/** The position enters with weight 0.33 against its last value and is kept inside this. */
const LIMIT = 0.999;

/**
 * y = atanh(x) + y / 2, x the smoothed position in (-1, 1); begun at 0; Ehlers halves both terms of his logarithm. NaN for the first
 * window - 1 bars and while a NaN is in the window, which leaves x and y as they were.
 */
export function fisherTransform(bars: Bars, window: number): Float64Array {
  const middle = new Float64Array(bars.close.length);
  for (let t = 0; t < middle.length; t++) middle[t] = (bars.high[t] + bars.low[t]) / 2;
  const highest = rollingMaximum(middle, window);
  const lowest = rollingMinimum(middle, window);
  const out = new Float64Array(middle.length).fill(Number.NaN);
  let position = 0;
  let transform = 0;
  for (let t = window - 1; t < out.length; t++) {
    const span = highest[t] - lowest[t];
    if (span !== span) continue;
    const now = span === 0 ? 0 : (middle[t] - lowest[t]) / span - 0.5;
    position = Math.min(LIMIT, Math.max(-LIMIT, 0.66 * now + 0.67 * position));
    transform = Math.atanh(position) + 0.5 * transform;
    out[t] = transform;
  }
  return out;
}

/** The sum of the steps at the limit. */
const BOUND = 2 * Math.atanh(LIMIT);

export const fisherTransformFeatures: readonly Feature[] = [
  {
    name: 'fisher_transform_10',
    inputs: ['high', 'low'],
    // The position forgets by 0.67 a bar, the transform by 0.5; near the limit the logarithm stretches what is left by up to 500.
    warmUp: 9 + Math.ceil(Math.log(1e-12) / Math.log(0.67)),
    range: [-BOUND, BOUND],
    source: 'Ehlers 2002',
    set: 'all',
    compute: (bars) => fisherTransform(bars, 10),
  },
];
