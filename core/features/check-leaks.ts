/** Does a feature change when the future is cut off: the leak check of a run, on short beginnings of its own data. */
import type { Bars } from '../data/bars.js';
import { barCount, sliceBars, upperBound } from '../data/bars.js';
import { LookAheadLeak } from '../errors.js';
import type { Random } from '../stats/random.js';
import type { Feature, FeatureColumns, FeatureContext } from './feature.js';

export interface LeakCheck {
  readonly bars: Bars;
  readonly context: FeatureContext;
  /** Cuts to try. */
  readonly cuts: number;
  /** Cuts lie in the second half of the first so many rows: a beginning is cheap, and equal to the bit where nothing leaks. */
  readonly withinRows: number;
  readonly random: Random;
}

/** Rows that a run cuts within, and cuts: a few hundredths of the time that the features took. */
export const LEAK_CHECK = { cuts: 3, withinRows: 2000 } as const;

/**
 * Nothing, once the features computed from bars up to each random cut equal the given columns in every row before it, to the bit.
 * A value that rests on anything later shows itself wherever a cut comes between.
 * @throws LookAheadLeak naming column, row, both values and the cut
 */
export function checkLeaks(features: FeatureColumns, catalog: readonly Pick<Feature, 'name' | 'compute'>[], check: LeakCheck): void {
  const half = Math.floor(Math.min(check.withinRows, barCount(check.bars)) / 2);
  for (let k = 0; k < check.cuts && half > 0; k++) {
    const cut = half + check.random.below(half);
    const bars = sliceBars(check.bars, 0, cut);
    const context = contextKnownBy(check.context, cut, bars.closeTimeMs[cut - 1]);
    for (const [j, { name, compute }] of catalog.entries()) compareColumn(features.columns[j], compute(bars, context), { name, cut });
  }
}

function compareColumn(given: Float64Array, known: Float64Array, { name, cut }: { readonly name: string; readonly cut: number }): void {
  for (let row = 0; row < cut; row++) {
    if (Object.is(given[row], known[row])) continue;
    throw new LookAheadLeak(
      `feature ${name}: expected ${known[row]} in row ${row} as computed from the first ${cut} bars, found ${given[row]}: it rests on later bars`,
    );
  }
}

/** What was known at the close of the last bar before the cut. */
function contextKnownBy(context: FeatureContext, cut: number, timeMs: number): FeatureContext {
  const { regimes, funding } = context;
  if (funding === null) return { regimes: regimes?.subarray(0, 4 * cut) ?? null, funding };
  const payments = upperBound(funding.timeMs, timeMs);
  return {
    regimes: regimes?.subarray(0, 4 * cut) ?? null,
    funding: { timeMs: funding.timeMs.subarray(0, payments), rate: funding.rate.subarray(0, payments) },
  };
}
