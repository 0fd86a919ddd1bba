/** The rule by which champion and challenger are compared, fixed before the test segment is opened. */
import type { Abort } from '../abort.js';
import { sharpe } from '../metrics/performance.js';
import { chooseBlockLength } from '../stats/block-length.js';
import { moments } from '../stats/moments.js';
import type { Random } from '../stats/random.js';
import { minimumTrackLength } from '../validation/sharpe-significance.js';
import type { SharpeDifference } from './sharpe-difference.js';
import { sharpeDifference } from './sharpe-difference.js';

/** Confidence of the interval and of the track length. */
export const AB_CONFIDENCE = 0.95;

/** The rule in words, as it stands in every verdict. */
export const AB_RULE =
  'One look, at the end of the test. No verdict when either side has too few trades, or when the track is shorter than the ' +
  'minimum track length of the paired return difference at 95 %. Else the side with the larger Sharpe ratio wins if the 95 % interval of the ' +
  'difference (studentised stationary bootstrap of pairs) excludes 0; otherwise there is no difference.';

export interface AbDecision {
  readonly verdict: 'challenger' | 'champion' | 'no difference' | 'no verdict';
  readonly reason: string;
  /** Challenger minus champion, per period; null where it cannot be computed. */
  readonly difference: SharpeDifference | null;
  readonly observations: number;
  /** Observations that the paired difference would need; null when it has no Sharpe ratio or needs infinitely many. */
  readonly minimumTrackLength: number | null;
  readonly meanBlock: number;
}

export interface AbSide {
  /** Returns from mark to mark, the same marks on both sides. */
  readonly returns: Float64Array;
  readonly trades: number;
}

export interface AbOptions {
  readonly minimumTrades: number;
  /** Why the bars are no fair ground, if they are none: then there is no verdict. */
  readonly objection?: string | null;
  readonly paths: number;
  readonly random: Random;
  readonly signal?: Abort;
}

/** The verdict of AB_RULE. The same series twice gives no winner. @throws RangeError for series of different length */
export function decideAb(champion: AbSide, challenger: AbSide, options: AbOptions): AbDecision {
  const observations = champion.returns.length;
  const meanBlock = Math.max(chooseBlockLength(champion.returns).stationary, chooseBlockLength(challenger.returns).stationary);
  const { paths, random, signal } = options;
  const difference = sharpeDifference(champion.returns, challenger.returns, {
    paths,
    meanBlock,
    confidence: AB_CONFIDENCE,
    random,
    ...(signal === undefined ? {} : { signal }),
  });
  const paired = challenger.returns.map((value, i) => value - champion.returns[i]!);
  const shape = moments(paired);
  const ratio = Math.abs(sharpe(paired, 1));
  const needed = minimumTrackLength({ sharpe: ratio, skewness: shape.skewness, kurtosis: shape.kurtosis }, 0, AB_CONFIDENCE);
  const common = { difference, observations, minimumTrackLength: Number.isFinite(needed) ? needed : null, meanBlock };
  if (options.objection !== undefined && options.objection !== null) return { ...common, verdict: 'no verdict', reason: options.objection };
  const fewest = Math.min(champion.trades, challenger.trades);
  if (fewest < options.minimumTrades) {
    return {
      ...common,
      verdict: 'no verdict',
      reason: `champion ${champion.trades} and challenger ${challenger.trades} trades; both need ${options.minimumTrades}`,
    };
  }
  if (paired.every((value) => value === 0)) return { ...common, verdict: 'no difference', reason: 'both sides have the same returns' };
  if (difference === null || !(observations >= needed)) {
    return {
      ...common,
      verdict: 'no verdict',
      reason: `${observations} observations; the paired difference needs ${Number.isFinite(needed) ? Math.ceil(needed) : 'more than can be said'}`,
    };
  }
  const interval = `difference of Sharpe ratios per period ${difference.difference.toPrecision(3)}, interval ${difference.low.toPrecision(3)} to ${difference.high.toPrecision(3)}`;
  if (difference.low > 0) return { ...common, verdict: 'challenger', reason: interval };
  if (difference.high < 0) return { ...common, verdict: 'champion', reason: interval };
  return { ...common, verdict: 'no difference', reason: interval };
}
