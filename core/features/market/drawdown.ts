/** Drawdown from the highest close of the last bars, its counterpart from the lowest, and the ulcer index (Martin and McCann 1989). */
import type { Feature } from '../feature.js';
import { barsSinceMaximum, barsSinceMinimum, rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';
import { rollingMeanInPlace } from '../rolling/rolling-sum.js';

/** close / highest close of the last `window` bars - 1, in (-1, 0]; NaN for the first window - 1 bars. */
export function rollingDrawdown(close: Float64Array, window: number): Float64Array {
  return distance(close, rollingMaximum(close, window));
}

/** values / levels - 1, written over the levels. */
function distance(values: Float64Array, levels: Float64Array): Float64Array {
  for (let t = 0; t < levels.length; t++) levels[t] = values[t] / levels[t] - 1;
  return levels;
}

/** Root of the mean squared drawdown over `window` bars, each from its own window's high, as a fraction; NaN for the first 2 (window - 1) bars. */
export function ulcerIndex(close: Float64Array, window: number): Float64Array {
  const squares = rollingDrawdown(close, window);
  for (let t = 0; t < squares.length; t++) squares[t] *= squares[t];
  const out = rollingMeanInPlace(squares, window);
  for (let t = 0; t < out.length; t++) out[t] = Math.sqrt(out[t]);
  return out;
}

export const drawdownFeatures: readonly Feature[] = [
  {
    name: 'drawdown_64',
    inputs: ['close'],
    warmUp: 63,
    range: [-1, 0],
    source: 'Magdon-Ismail and Atiya 2004',
    set: 'basic',
    compute: (bars) => rollingDrawdown(bars.close, 64),
  },
  {
    name: 'rise_from_low_64',
    inputs: ['close'],
    warmUp: 63,
    range: [0, null],
    source: 'Magdon-Ismail and Atiya 2004, mirrored',
    set: 'all',
    compute: (bars) => distance(bars.close, rollingMinimum(bars.close, 64)),
  },
  {
    name: 'ulcer_14',
    inputs: ['close'],
    warmUp: 26,
    range: [0, 1],
    source: 'Martin and McCann 1989',
    set: 'basic',
    compute: (bars) => ulcerIndex(bars.close, 14),
  },
  ...(
    [
      ['drawdown_age_64', barsSinceMaximum],
      ['rise_age_64', barsSinceMinimum],
    ] as const
  ).map(
    ([name, barsSince]): Feature => ({
      name,
      inputs: ['close'],
      warmUp: 63,
      range: [0, 1],
      source: 'Magdon-Ismail and Atiya 2004',
      set: 'all',
      compute: (bars) => {
        const out = barsSince(bars.close, 64);
        for (let t = 0; t < out.length; t++) out[t] /= 63;
        return out;
      },
    }),
  ),
];
