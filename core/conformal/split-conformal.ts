/**
 * Split conformal prediction (Papadopoulos et al. 2002; Lei et al. 2018, Distribution-free predictive inference for regression), and by
 * group (Vovk, Lindsay, Nouretdinov and Gammerman 2003, Mondrian confidence machine). The guarantee, coverage of at least 1 - alpha, holds
 * for rows exchangeable with the calibration rows; under drift it does not, and adaptive-conformal.ts is the answer to that.
 */
import { InvalidData } from '../errors.js';

/**
 * The ceil((n + 1)(1 - alpha))-th smallest score: at least 1 - alpha of exchangeable new scores lie at or below it. Infinity where n is too
 * small to say so (n < 1 / alpha - 1): every value is then possible.
 * @throws RangeError for alpha outside (0, 1); InvalidData on a NaN score.
 */
export function conformalQuantile(scores: Float64Array, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`expected alpha in (0, 1), found ${alpha}`);
  const bad = scores.findIndex((score) => Number.isNaN(score));
  if (bad >= 0) throw new InvalidData(`expected conformal scores to be numbers, found NaN at ${bad}`);
  // Rounding of (n + 1)(1 - alpha) must not lift a whole number to the next.
  const rank = Math.ceil((scores.length + 1) * (1 - alpha) - 1e-9);
  return rank > scores.length ? Number.POSITIVE_INFINITY : Float64Array.from(scores).sort()[Math.max(0, rank - 1)];
}

/** Calibration rows: later than the model's train rows, none of them used to fit it. */
export interface ConformalCalibration {
  /** How badly the model did on each row, higher is worse: see the scores below. */
  readonly scores: Float64Array;
  /** Group of each row (a regime's number); absent: all rows are one group. */
  readonly groups?: ArrayLike<number>;
}

export interface ConformalRule {
  readonly alpha: number;
  /** Of all rows. */
  readonly pooled: number;
  readonly byGroup: ReadonlyMap<number, number>;
  /** Groups with fewer calibration rows than `minimumRows`: the pooled threshold serves them, without a guarantee of their own. */
  readonly pooledGroups: readonly number[];
}

/** Thresholds of the score, one a group where it has `minimumRows` rows (at least 1 / alpha - 1, else its threshold would be infinite). */
export function fitConformal({ scores, groups }: ConformalCalibration, alpha: number, minimumRows = Math.ceil(1 / alpha - 1)): ConformalRule {
  if (groups !== undefined && groups.length !== scores.length) throw new RangeError(`expected ${scores.length} groups, one a score, found ${groups.length}`);
  const byGroup = new Map<number, number>();
  const pooledGroups: number[] = [];
  for (const group of [...new Set(Array.from(groups ?? []))].sort((a, b) => a - b)) {
    const own = scores.filter((_, i) => groups![i] === group);
    if (own.length >= minimumRows) byGroup.set(group, conformalQuantile(own, alpha));
    else pooledGroups.push(group);
  }
  return { alpha, pooled: conformalQuantile(scores, alpha), byGroup, pooledGroups };
}

/** Threshold of each row by its group; an unknown group has the pooled one. */
export function conformalThresholds(rule: ConformalRule, groups: ArrayLike<number>): Float64Array {
  return Float64Array.from(groups, (group) => rule.byGroup.get(group) ?? rule.pooled);
}

/** |target - prediction| over the row's own scale (a volatility forecast; default 1): the interval is prediction -+ threshold x scale. */
export function residualScores(targets: Float64Array, predictions: Float64Array, scales?: Float64Array): Float64Array {
  return targets.map((target, i) => Math.abs(target - predictions[i]) / (scales?.[i] ?? 1));
}

/**
 * max(low - target, target - high) of predicted quantiles (Romano, Patterson and Candes 2019, Conformalized quantile regression): the
 * interval is [low - threshold, high + threshold].
 */
export function quantileScores(targets: Float64Array, low: Float64Array, high: Float64Array): Float64Array {
  return targets.map((target, i) => Math.max(low[i] - target, target - high[i]));
}

/** 1 - probability of the true class, for labels 0 and 1: to the bit what `labelSets` compares, so that a label at its own score is in the set. */
export function labelScores(y: Float64Array, p: Float64Array): Float64Array {
  return y.map((label, i) => (label === 1 ? 1 - p[i] : p[i]));
}

/** Which labels each row cannot rule out at its threshold of `labelScores`. */
export interface LabelSets {
  /** 1 where the label is in the set. Both: too uncertain to tell; none: unlike the calibration rows. */
  readonly zero: Uint8Array;
  readonly one: Uint8Array;
}

/** The labels whose score would be at or below the row's threshold; NaN probabilities leave none. */
export function labelSets(p: Float64Array, thresholds: Float64Array): LabelSets {
  return {
    zero: Uint8Array.from(p, (value, i) => Number(value <= thresholds[i])),
    one: Uint8Array.from(p, (value, i) => Number(1 - value <= thresholds[i])),
  };
}
