/** Downside semivariance (Barndorff-Nielsen, Kinnebrock and Shephard 2010): the part of the squared returns that falls bring. */
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { rollingSumInPlace } from '../rolling/rolling-sum.js';

const WINDOW = 32;

/** Part of the squared log returns of `window` bars that falls bring, in [0, 1]; 0.5 where the price stood still; NaN for the first `window` bars. */
export function downsideShare(close: Float64Array, window: number): Float64Array {
  const squares = logReturns(close);
  const falls = new Float64Array(squares.length);
  for (let t = 0; t < squares.length; t++) {
    const square = squares[t] * squares[t];
    falls[t] = squares[t] > 0 ? 0 : square;
    squares[t] = square;
  }
  const out = rollingSumInPlace(falls, window);
  const total = rollingSumInPlace(squares, window);
  for (let t = 0; t < out.length; t++) out[t] = total[t] === 0 ? 0.5 : out[t] / total[t];
  return out;
}

export const downsideShareFeatures: readonly Feature[] = [
  {
    name: `downside_share_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW,
    range: [0, 1],
    source: 'Barndorff-Nielsen, Kinnebrock and Shephard 2010',
    set: 'all',
    compute: (bars) => downsideShare(bars.close, WINDOW),
  },
];
