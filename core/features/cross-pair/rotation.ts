/** Where the asset stands among all: relative strength and rank, whose changes show rotation (Jegadeesh and Titman 1993; Levy 1967). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { otherCloses } from './reference-asset.js';

/** Log return over `window` bars less the mean of the other assets'; NaN for the first `window` bars and where one is missing. */
export function relativeStrength(bars: Bars, window: number): Float64Array {
  const others = otherCloses(bars).map((close) => logReturns(close, window));
  return logReturns(bars.close, window).map((own, t) => own - others.reduce((sum, values) => sum + values[t], 0) / others.length);
}

/** Rank of the asset's log return over `window` bars among all, 0 = last, 1 = first; ties count one half. NaN as relativeStrength. */
export function strengthRank(bars: Bars, window: number): Float64Array {
  const others = otherCloses(bars).map((close) => logReturns(close, window));
  return logReturns(bars.close, window).map((own, t) => {
    let beaten = 0;
    for (const values of others) beaten += values[t] < own ? 1 : values[t] > own ? 0 : values[t] === own ? 0.5 : Number.NaN;
    return beaten / others.length;
  });
}

const INPUTS = ['close', 'pairs'] as const;
const TITMAN = 'Jegadeesh and Titman 1993';

const entry = (name: string, compute: (bars: Bars, window: number) => Float64Array, range: Feature['range']): readonly Feature[] =>
  [32, 96].map((window) => ({
    name: `${name}_${window}`,
    inputs: INPUTS,
    warmUp: window,
    range,
    source: TITMAN,
    set: 'all',
    compute: (bars) => compute(bars, window),
  }));

export const rotationFeatures: readonly Feature[] = [
  ...entry('relative_strength', relativeStrength, [null, null]),
  ...entry('strength_rank', strengthRank, [0, 1]),
  {
    name: 'rank_change_32_96',
    inputs: INPUTS,
    warmUp: 96,
    range: [-1, 1],
    source: 'Levy 1967',
    set: 'all',
    compute: (bars) => {
      const long = strengthRank(bars, 96);
      return strengthRank(bars, 32).map((rank, t) => rank - long[t]);
    },
  },
];
