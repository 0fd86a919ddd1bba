/** Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002 for calibration). */
import { ascendingOrder } from '../metrics/classification.js';

/** A rising line through knots: constant before the first and after the last, straight in between. */
export interface IsotonicParameters {
  /** Scores, ascending, distinct. */
  readonly x: readonly number[];
  /** Probabilities at the knots, rising. */
  readonly y: readonly number[];
}

/**
 * The rising sequence closest to `values` in weighted least squares, same length. Weights are above zero (default 1).
 * O(n). NaN in gives NaN out.
 */
export function poolAdjacentViolators(values: ArrayLike<number>, w?: ArrayLike<number>): Float64Array {
  const level = new Float64Array(values.length);
  const weight = new Float64Array(values.length);
  const size = new Int32Array(values.length);
  let blocks = 0;
  for (let i = 0; i < values.length; i++) {
    level[blocks] = values[i]!;
    weight[blocks] = w === undefined ? 1 : w[i]!;
    size[blocks++] = 1;
    while (blocks > 1 && level[blocks - 2]! >= level[blocks - 1]!) {
      const total = weight[blocks - 2]! + weight[blocks - 1]!;
      level[blocks - 2] = (level[blocks - 2]! * weight[blocks - 2]! + level[blocks - 1]! * weight[blocks - 1]!) / total;
      weight[blocks - 2] = total;
      size[blocks - 2]! += size[blocks - 1]!;
      blocks--;
    }
  }
  const out = new Float64Array(values.length);
  for (let block = 0, at = 0; block < blocks; at += size[block]!, block++) out.fill(level[block]!, at, at + size[block]!);
  return out;
}

/**
 * The isotonic calibrator of scores and outcomes 0 or 1 with weights (default 1): equal scores are averaged first.
 * Probabilities are kept within [1/(n + 2), 1 - 1/(n + 2)], n the summed weights: no finite sample proves certainty.
 * @throws RangeError when there are no examples.
 */
export function fitIsotonic(scores: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): IsotonicParameters {
  if (scores.length === 0) throw new RangeError('expected at least one example for an isotonic fit, found none');
  const order = ascendingOrder(scores);
  const x: number[] = [];
  const means: number[] = [];
  const weights: number[] = [];
  let total = 0;
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]!]!;
    let weight = 0;
    let outcomes = 0;
    for (; i < order.length && scores[order[i]!]! === score; i++) {
      const each = w === undefined ? 1 : w[order[i]!]!;
      weight += each;
      outcomes += each * y[order[i]!]!;
    }
    x.push(score);
    means.push(outcomes / weight);
    weights.push(weight);
    total += weight;
  }
  const bound = 1 / (total + 2);
  const levels = poolAdjacentViolators(means, weights).map((level) => Math.min(1 - bound, Math.max(bound, level)));
  const knots = x.map((_, k) => k).filter((k) => k === 0 || k === x.length - 1 || levels[k] !== levels[k - 1] || levels[k] !== levels[k + 1]);
  return { x: knots.map((k) => x[k]!), y: knots.map((k) => levels[k]!) };
}

/** Probability of each score by linear interpolation between knots. */
export function applyIsotonic({ x, y }: IsotonicParameters, scores: ArrayLike<number>): Float64Array {
  const out = new Float64Array(scores.length);
  for (let i = 0; i < out.length; i++) out[i] = interpolate(x, y, scores[i]!);
  return out;
}

function interpolate(x: readonly number[], y: readonly number[], score: number): number {
  if (Number.isNaN(score)) return Number.NaN;
  let low = 0;
  let high = x.length - 1;
  if (score <= x[low]!) return y[low]!;
  if (score >= x[high]!) return y[high]!;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (x[middle]! <= score) low = middle;
    else high = middle;
  }
  const share = (score - x[low]!) / (x[high]! - x[low]!);
  return y[low]! + share * (y[high]! - y[low]!);
}
