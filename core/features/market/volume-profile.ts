/** Volume by price over a rolling window (Steidlmayer 1986; Dalton, Jones and Dalton 1993): point of control and value area. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';

const WINDOW = 96;
const LEVELS = 24;
/** A price so close below an edge, in levels, lies on it but for rounding. */
const ROUNDING = 1e-9;
/** Part of the volume that makes the value area. */
const VALUE_SHARE = 0.7;

export interface VolumeProfile {
  /** Volume of each level, from the lowest price to the highest; their sum is the volume of the bars. */
  readonly volumes: Float64Array;
  /** Lowest price of the profile. */
  readonly bottom: number;
  /** Height of a level. */
  readonly step: number;
}

export interface ValueArea {
  /** Level of the most volume; of equal ones the lowest. */
  readonly control: number;
  /** First and last level of the value area, inclusive. */
  readonly from: number;
  readonly to: number;
}

/**
 * Profile of bars [from, to): equal levels between their lowest low and highest high, each bar's volume at its typical price; a price on
 * an edge belongs to the level above.
 */
export function volumeProfile(bars: Bars, from: number, to: number): VolumeProfile {
  let [lowest, highest] = [bars.low[from], bars.high[from]];
  const sums = new Float64Array(bars.close.length);
  for (let t = from; t < to; t++) {
    lowest = Math.min(lowest, bars.low[t]);
    highest = Math.max(highest, bars.high[t]);
    sums[t] = bars.high[t] + bars.low[t] + bars.close[t];
  }
  const volumes = new Float64Array(LEVELS);
  const step = (highest - lowest) / LEVELS;
  addVolumes(volumes, { sums, volume: bars.volume, from, to, bottom: lowest, step });
  return { volumes, bottom: lowest, step };
}

interface Levels {
  /** high + low + close of each bar: three typical prices. */
  readonly sums: Float64Array;
  readonly volume: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
  readonly step: number;
}

/** Sets `volumes` to the volume of each level. */
function addVolumes(volumes: Float64Array, { sums, volume, from, to, bottom, step }: Levels): void {
  volumes.fill(0);
  const scale = step === 0 ? 0 : 1 / (3 * step);
  const base = 3 * bottom;
  for (let t = from; t < to; t++) {
    // No typical price lies below the bottom, so cutting the digits off rounds down.
    const level = ((sums[t] - base) * scale + ROUNDING) | 0;
    volumes[level < LEVELS ? level : LEVELS - 1] += volume[t];
  }
}

/** The level of most volume, widened by the heavier neighbour (the upper one of equal) until it holds 70 % of the volume. */
export function valueArea(volumes: Float64Array): ValueArea {
  let control = 0;
  let total = 0;
  for (let k = 0; k < volumes.length; k++) {
    total += volumes[k];
    if (volumes[k] > volumes[control]) control = k;
  }
  let from = control;
  let to = control;
  let held = volumes[control];
  while (held < VALUE_SHARE * total && (from > 0 || to < volumes.length - 1)) {
    const above = to < volumes.length - 1 ? volumes[to + 1] : -1;
    const below = from > 0 ? volumes[from - 1] : -1;
    if (above >= below) held += volumes[++to];
    else held += volumes[--from];
  }
  return { control, from, to };
}

type Reading = (profile: VolumeProfile, area: ValueArea, close: number) => number;

/** One reading of the profile of the last WINDOW bars at each bar; `atRest` where the price stood still; NaN for the first WINDOW - 1 bars. */
function eachProfile(bars: Bars, atRest: number, read: Reading): Float64Array {
  const highest = rollingMaximum(bars.high, WINDOW);
  const lowest = rollingMinimum(bars.low, WINDOW);
  const sums = new Float64Array(highest.length);
  for (let t = 0; t < sums.length; t++) sums[t] = bars.high[t] + bars.low[t] + bars.close[t];
  const volumes = new Float64Array(LEVELS);
  const out = new Float64Array(highest.length).fill(Number.NaN);
  for (let t = WINDOW - 1; t < out.length; t++) {
    const bottom = lowest[t];
    const step = (highest[t] - bottom) / LEVELS;
    addVolumes(volumes, { sums, volume: bars.volume, from: t - WINDOW + 1, to: t + 1, bottom, step });
    out[t] = step === 0 ? atRest : read({ volumes, bottom, step }, valueArea(volumes), bars.close[t]);
  }
  return out;
}

const COMMON = {
  inputs: ['high', 'low', 'close', 'volume'],
  warmUp: WINDOW - 1,
  source: 'Steidlmayer 1986; Dalton, Jones and Dalton 1993',
  set: 'all',
} as const;

export const volumeProfileFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: `profile_control_distance_${WINDOW}`,
    range: [null, 1],
    compute: (bars) => eachProfile(bars, 0, ({ bottom, step }, { control }, close) => (close - bottom - (control + 0.5) * step) / close),
  },
  {
    ...COMMON,
    name: `profile_value_width_${WINDOW}`,
    range: [1 / LEVELS, 1],
    compute: (bars) => eachProfile(bars, 1 / LEVELS, (_profile, { from, to }) => (to - from + 1) / LEVELS),
  },
  {
    ...COMMON,
    name: `profile_value_position_${WINDOW}`,
    range: [-LEVELS, LEVELS + 1],
    compute: (bars) => eachProfile(bars, 0.5, ({ bottom, step }, { from, to }, close) => (close - bottom - from * step) / ((to - from + 1) * step)),
  },
];
