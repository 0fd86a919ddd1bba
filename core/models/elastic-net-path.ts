/** Solutions of an elastic net along falling penalties, each begun at its neighbour (Friedman, Hastie and Tibshirani 2010, section 2.5). */
import type { Abort } from '../abort.js';
import type { PenalisedProblem, PenalisedSolution } from './coordinate-descent.js';
import { largestPenalty, restingPoint, solveElasticNet } from './coordinate-descent.js';

export interface PathOptions {
  readonly l1Ratio: number;
  /** Falling, above 0; see `penaltyLadder`. */
  readonly penalties: readonly number[];
  readonly signal?: Abort | undefined;
}

export interface PathPoint extends PenalisedSolution {
  readonly penalty: number;
}

/**
 * `count` penalties in equal ratios from the smallest one that leaves no coefficient down to `ratio` times it.
 * @throws RangeError when the count is below 2 or the ratio is outside (0, 1).
 */
export function penaltyLadder(problem: PenalisedProblem, { l1Ratio, count, ratio }: { l1Ratio: number; count: number; ratio: number }): number[] {
  if (!(count >= 2) || !(ratio > 0 && ratio < 1)) throw new RangeError(`expected at least 2 penalties and a ratio in (0, 1), found ${count} and ${ratio}`);
  const top = largestPenalty(problem, l1Ratio);
  return Array.from({ length: count }, (_, k) => top * ratio ** (k / (count - 1)));
}

/**
 * One solution a penalty, in their order.
 * @throws RangeError on a penalty that is not above 0 or an l1Ratio outside [0, 1]; NumericalError when a solution is not reached.
 */
export function elasticNetPath(problem: PenalisedProblem, { l1Ratio, penalties, signal }: PathOptions): PathPoint[] {
  if (!(l1Ratio >= 0 && l1Ratio <= 1)) throw new RangeError(`expected l1Ratio in [0, 1], found ${l1Ratio}`);
  let start = restingPoint(problem);
  return penalties.map((penalty) => {
    if (!(penalty > 0) || !Number.isFinite(penalty)) throw new RangeError(`expected a finite penalty above 0, found ${penalty}`);
    start = solveElasticNet(problem, { penalty, l1Ratio }, { start, signal });
    return { penalty, ...start };
  });
}
