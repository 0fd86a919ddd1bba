/** Directional movement: plus and minus indicators and their average difference (Wilder 1978, section IV). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { trueRange } from './average-true-range.js';
import { wilderAverageInPlace, wilderWarmUp } from '../rolling/exponential-average.js';

export interface DirectionalMovement {
  /** 100 x smoothed upward movement / smoothed true range. */
  readonly plus: Float64Array;
  /** 100 x smoothed downward movement / smoothed true range. */
  readonly minus: Float64Array;
  /** Wilder average of 100 |plus - minus| / (plus + minus), in [0, 100]. */
  readonly average: Float64Array;
}

/** DI+ and DI- from bar `window` on, ADX from bar 2 window - 1 on, NaN before; 0 where nothing moved. */
export function directionalMovement(bars: Bars, window: number): DirectionalMovement {
  const { high, low } = bars;
  const up = new Float64Array(high.length).fill(Number.NaN);
  const down = new Float64Array(high.length).fill(Number.NaN);
  for (let t = 1; t < high.length; t++) {
    const rise = high[t] - high[t - 1];
    const fall = low[t - 1] - low[t];
    up[t] = rise > fall && rise > 0 ? rise : 0;
    down[t] = fall > rise && fall > 0 ? fall : 0;
  }
  const range = wilderAverageInPlace(trueRange(bars), window);
  const plus = share(wilderAverageInPlace(up, window), range);
  const minus = share(wilderAverageInPlace(down, window), range);
  const index = new Float64Array(plus.length);
  for (let t = 0; t < index.length; t++) {
    const sum = plus[t] + minus[t];
    index[t] = sum === 0 ? 0 : (100 * Math.abs(plus[t] - minus[t])) / sum;
  }
  return { plus, minus, average: wilderAverageInPlace(index, window) };
}

function share(movement: Float64Array, range: Float64Array): Float64Array {
  for (let t = 0; t < movement.length; t++) movement[t] = range[t] === 0 ? 0 : (100 * movement[t]) / range[t];
  return movement;
}

const WINDOW = 14;
const COMMON = { inputs: ['high', 'low', 'close'], warmUp: 2 * wilderWarmUp(WINDOW) + 1, source: 'Wilder 1978', set: 'basic' } as const;

export const directionalMovementFeatures: readonly Feature[] = [
  { ...COMMON, name: `adx_${WINDOW}`, range: [0, 100], compute: (bars) => directionalMovement(bars, WINDOW).average },
  {
    ...COMMON,
    name: `di_difference_${WINDOW}`,
    range: [-100, 100],
    compute: (bars) => {
      const { plus, minus } = directionalMovement(bars, WINDOW);
      for (let t = 0; t < plus.length; t++) plus[t] -= minus[t];
      return plus;
    },
  },
];
