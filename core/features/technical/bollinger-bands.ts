/** Bollinger bands (Bollinger 2001): where the close lies in them, and how wide they are. */
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';

const WINDOW = 20;
/** Half-width of the bands in standard deviations. */
const DEVIATIONS = 2;

/** Four population standard deviations as a fraction of the mean of the last `window` closes; NaN for the first window - 1 bars. */
export function bollingerWidth(close: Float64Array, window: number): Float64Array {
  return bands(close, window, false);
}

/** (close - mean) / (2 population standard deviations): 1 at the upper band, -1 at the lower; 0 where the window is constant. */
export function bollingerPosition(close: Float64Array, window: number): Float64Array {
  return bands(close, window, true);
}

/** From block sums of the closes less the first of their block, as rolling-variance.ts. */
function bands(close: Float64Array, window: number, isPosition: boolean): Float64Array {
  const series = { close, window, isPosition, sums: new Float64Array(window + 1), squares: new Float64Array(window + 1), out: new Float64Array(close.length) };
  followBars(series, { k: 0, sum: 0, square: 0, origin: close[0] }, ({ close, window, isPosition, sums, squares, out }, state, { from, to }) => {
    let { k, sum, square, origin } = state;
    for (let t = from; t < to; t++) {
      if (k === window) {
        origin = close[t];
        for (let j = window - 1; j > 0; j--) {
          const value = close[t - window + j] - origin;
          sums[j] = sums[j + 1] + value;
          squares[j] = squares[j + 1] + value * value;
        }
        k = 0;
        sum = 0;
        square = 0;
      }
      const value = close[t] - origin;
      k++;
      sum += value;
      square += value * value;
      const mean = (sums[k] + sum) / window;
      const deviation = Math.sqrt(Math.max(0, (squares[k] + square) / window - mean * mean));
      if (isPosition) out[t] = deviation === 0 ? 0 : (value - mean) / (DEVIATIONS * deviation);
      else out[t] = (2 * DEVIATIONS * deviation) / (origin + mean);
    }
    Object.assign(state, { k, sum, square, origin });
  });
  return series.out.fill(Number.NaN, 0, window - 1);
}

/** A value of n differs from their mean by at most sqrt(n - 1) population deviations. */
const BOUND = Math.sqrt(WINDOW - 1) / DEVIATIONS;

export const bollingerFeatures: readonly Feature[] = [
  {
    name: `bollinger_position_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW - 1,
    range: [-BOUND, BOUND],
    source: 'Bollinger 2001',
    set: 'minimal',
    compute: (bars) => bollingerPosition(bars.close, WINDOW),
  },
  {
    name: `bollinger_width_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW - 1,
    range: [0, null],
    source: 'Bollinger 2001',
    set: 'basic',
    compute: (bars) => bollingerWidth(bars.close, WINDOW),
  },
];
