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

/**
 * From block sums of the closes less the first of their block, as rolling-variance.ts: `last` holds that of the last block from each offset k
 * on at 2 k, and beside it that of the squares.
 */
function bands(close: Float64Array, window: number, isPosition: boolean): Float64Array {
  const series = { close, window, isPosition, last: new Float64Array(2 * window + 2), out: new Float64Array(close.length) };
  followBars(series, { k: 0, sum: 0, square: 0, origin: close[0] }, ({ close, window, isPosition, last, out }, state, { from, to }) => {
    let { k, sum, square, origin } = state;
    const part = 1 / window;
    for (let t = from; t < to; t++) {
      if (k === window) {
        origin = close[t];
        sum = 0;
        square = 0;
        for (let j = window - 1; j > 0; j--) {
          const value = close[t - window + j] - origin;
          sum += value;
          square += value * value;
          last[2 * j] = sum;
          last[2 * j + 1] = square;
        }
        k = 0;
        sum = 0;
        square = 0;
      }
      const value = close[t] - origin;
      k++;
      sum += value;
      square += value * value;
      const mean = (last[2 * k] + sum) * part;
      const around = (last[2 * k + 1] + square) * part - mean * mean;
      const deviation = around < 0 ? 0 : Math.sqrt(around);
      if (isPosition) out[t] = deviation === 0 ? 0 : (value - mean) / (DEVIATIONS * deviation);
      else out[t] = (2 * DEVIATIONS * deviation) / (origin + mean);
    }
    state.k = k;
    state.sum = sum;
    state.square = square;
    state.origin = origin;
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
