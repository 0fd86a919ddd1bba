/** Directional movement: plus and minus indicators and their average difference (Wilder 1978, section IV). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { trueRangeOf } from './average-true-range.js';
import { averageWeight } from './average-weight.js';
import { directionOf } from './direction-of.js';
import { followBars } from './follow-bars.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';

/** Shares of DI+, DI- and of the average index in what comes out. */
interface Shares {
  readonly ofPlus: number;
  readonly ofMinus: number;
  readonly ofIndex: number;
}

/** 100 (smoothed upward less downward movement) / smoothed true range, in [-100, 100]; 0 where nothing moved; NaN for the first `window` bars. */
export function directionalDifference(bars: Bars, window: number): Float64Array {
  return directionalMovement(bars, window, { ofPlus: 1, ofMinus: -1, ofIndex: 0 });
}

/** ADX: Wilder average of 100 |DI+ - DI-| / (DI+ + DI-), in [0, 100]; NaN for the first 2 window - 1 bars. */
export function averageDirectionalIndex(bars: Bars, window: number): Float64Array {
  return directionalMovement(bars, window, { ofPlus: 0, ofMinus: 0, ofIndex: 1 });
}

function directionalMovement({ high, low, close }: Bars, window: number, shares: Shares): Float64Array {
  const series = { ...shares, high, low, close, window, out: new Float64Array(close.length) };
  return followBars(series, { seen: 0, range: 0, up: 0, down: 0, index: 0 }, (inputs, state, { from, to }) => {
    const { high, low, close, window, ofPlus, ofMinus, ofIndex, out } = inputs;
    let { seen, range, up, down, index } = state;
    const alpha = 1 / window;
    const full = ofIndex === 0 ? window : 2 * window - 1;
    if (from === 0) out[0] = Number.NaN;
    for (let t = Math.max(1, from); t < to; t++) {
      const size = trueRangeOf(high[t], low[t], close[t - 1]);
      const rise = high[t] - high[t - 1];
      const fall = low[t - 1] - low[t];
      out[t] = Number.NaN;
      if (size + rise + fall !== size + rise + fall) continue;
      seen++;
      const weight = averageWeight(seen, window, alpha);
      range += weight * (size - range);
      // The larger of rise and fall counts, where it is above 0.
      const direction = directionOf(rise - fall);
      up += weight * (((rise + Math.abs(rise)) * (direction * direction + direction)) / 4 - up);
      down += weight * (((fall + Math.abs(fall)) * (direction * direction - direction)) / 4 - down);
      const moved = up + down;
      const apart = moved === 0 ? 0 : (100 * Math.abs(up - down)) / moved;
      index += averageWeight(seen - window + 1, window, alpha) * (apart - index);
      if (seen < full) continue;
      out[t] = ofIndex * index + (range === 0 ? 0 : (100 * (ofPlus * up + ofMinus * down)) / range);
    }
    state.seen = seen;
    state.range = range;
    state.up = up;
    state.down = down;
    state.index = index;
  });
}

const WINDOW = 14;
const COMMON = { inputs: ['high', 'low', 'close'], warmUp: 2 * wilderWarmUp(WINDOW) + 1, source: 'Wilder 1978', set: 'basic' } as const;

export const directionalMovementFeatures: readonly Feature[] = [
  { ...COMMON, name: `adx_${WINDOW}`, range: [0, 100], compute: (bars) => averageDirectionalIndex(bars, WINDOW) },
  {
    ...COMMON,
    name: `di_difference_${WINDOW}`,
    range: [-100, 100],
    compute: (bars) => directionalDifference(bars, WINDOW),
  },
];
