/** SuperTrend (Seban 2008): a stop at a multiple of the average true range that only tightens; which side the price is on, and how far. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { averageTrueRange } from './average-true-range.js';
import type { Recursion } from '../rolling/bounded-recursion.js';
import { boundedRecursion } from '../rolling/bounded-recursion.js';
import { wilderWarmUp } from '../rolling/exponential-average.js';

const RANGE_WINDOW = 10;
const MULTIPLE = 3;
const WINDOW = 256;

export interface SuperTrend {
  /** 1 = the price is above its stop, -1 = below. */
  readonly side: Float64Array;
  /** The stop in price units. */
  readonly stop: Float64Array;
}

interface Bands {
  upper: number;
  lower: number;
  isAbove: boolean;
}

/**
 * Bands at middle +- MULTIPLE average true ranges. The upper one falls only, until a close passes it, the lower one rises only; the
 * side turns when a close passes the band of the other side. Followed from the beginning that bounded-recursion.ts chooses, on the
 * side of the middle that the close is on. NaN for the first 2 WINDOW + 9 bars.
 */
export function superTrend(bars: Bars): SuperTrend {
  const length = bars.close.length;
  const side = new Float64Array(length).fill(Number.NaN);
  const stop = new Float64Array(length).fill(Number.NaN);
  boundedRecursion(bandRecursion(bars), { high: bars.high, first: RANGE_WINDOW, window: WINDOW }, (t, { upper, lower, isAbove }) => {
    side[t] = isAbove ? 1 : -1;
    stop[t] = isAbove ? lower : upper;
  });
  return { side, stop };
}

function bandRecursion(bars: Bars): Recursion<Bands> {
  const { high, low, close } = bars;
  const range = averageTrueRange(bars, RANGE_WINDOW);
  return {
    create: () => ({ upper: 0, lower: 0, isAbove: true }),
    begin: (bands, start) => {
      const middle = (high[start] + low[start]) / 2;
      bands.upper = middle + MULTIPLE * range[start];
      bands.lower = middle - MULTIPLE * range[start];
      bands.isAbove = close[start] >= middle;
    },
    step: (bands, t) => {
      const middle = (high[t] + low[t]) / 2;
      const upper = middle + MULTIPLE * range[t];
      const lower = middle - MULTIPLE * range[t];
      if (upper < bands.upper || close[t - 1] > bands.upper) bands.upper = upper;
      if (lower > bands.lower || close[t - 1] < bands.lower) bands.lower = lower;
      bands.isAbove = bands.isAbove ? close[t] >= bands.lower : close[t] > bands.upper;
    },
    copy: (from, to) => {
      to.upper = from.upper;
      to.lower = from.lower;
      to.isAbove = from.isAbove;
    },
    isSame: (a, b) => a.upper === b.upper && a.lower === b.lower && a.isAbove === b.isAbove,
  };
}

const COMMON = { inputs: ['high', 'low', 'close'], warmUp: 2 * WINDOW + wilderWarmUp(RANGE_WINDOW) + 1, source: 'Seban 2008', set: 'all' } as const;

export const superTrendFeatures: readonly Feature[] = [
  { ...COMMON, name: 'super_trend_side', range: [-1, 1], compute: (bars) => superTrend(bars).side },
  {
    ...COMMON,
    name: 'super_trend_distance',
    range: [null, 1],
    compute: (bars) => {
      const { stop } = superTrend(bars);
      for (let t = 0; t < stop.length; t++) stop[t] = 1 - stop[t] / bars.close[t];
      return stop;
    },
  },
];
