/** Scores of probability forecasts of a binary outcome: lower is better for losses, all weights are sample weights. */

/** Probabilities are kept this far from 0 and 1 before a logarithm is taken. */
const PROBABILITY_FLOOR = 1e-15;

/**
 * Weighted mean negative log likelihood in nats (Good 1952); probabilities are clipped to [1e-15, 1 - 1e-15].
 * NaN for no rows. `y` holds 0 or 1, `w` weights at or above zero (default 1).
 * @throws RangeError when the lengths differ.
 */
export function logLoss(y: ArrayLike<number>, p: ArrayLike<number>, w?: ArrayLike<number>): number {
  checkLengths(y, p, w);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const q = Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, p[i]!));
    const weight = w === undefined ? 1 : w[i]!;
    sum -= weight * (y[i]! * Math.log(q) + (1 - y[i]!) * Math.log(1 - q));
    total += weight;
  }
  return sum / total;
}

/**
 * Weighted mean squared difference of probability and outcome (Brier 1950), in [0, 1]. NaN for no rows.
 * @throws RangeError when the lengths differ.
 */
export function brierScore(y: ArrayLike<number>, p: ArrayLike<number>, w?: ArrayLike<number>): number {
  checkLengths(y, p, w);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = w === undefined ? 1 : w[i]!;
    sum += weight * (p[i]! - y[i]!) ** 2;
    total += weight;
  }
  return sum / total;
}

/**
 * Area under the ROC curve: the chance that a positive row is ranked above a negative one, ties counting one half
 * (Mann and Whitney 1947, mid-ranks; weighted pairs where `w` is given). NaN when a class is missing.
 * @throws RangeError when the lengths differ.
 */
export function areaUnderCurve(y: ArrayLike<number>, p: ArrayLike<number>, w?: ArrayLike<number>): number {
  checkLengths(y, p, w);
  const order = ascendingOrder(p);
  let negativesBelow = 0;
  let positives = 0;
  let pairs = 0;
  for (let i = 0; i < order.length; ) {
    let tiedPositive = 0;
    let tiedNegative = 0;
    const value = p[order[i]!]!;
    for (; i < order.length && p[order[i]!]! === value; i++) {
      const row = order[i]!;
      const weight = w === undefined ? 1 : w[row]!;
      tiedPositive += weight * y[row]!;
      tiedNegative += weight * (1 - y[row]!);
    }
    pairs += tiedPositive * (negativesBelow + tiedNegative / 2);
    negativesBelow += tiedNegative;
    positives += tiedPositive;
  }
  return pairs / (positives * negativesBelow);
}

/** Rows sorted by value, ties by row. */
export function ascendingOrder(values: ArrayLike<number>): Int32Array {
  const order = new Int32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => values[a]! - values[b]! || a - b);
}

function checkLengths(y: ArrayLike<number>, p: ArrayLike<number>, w: ArrayLike<number> | undefined): void {
  if (p.length !== y.length) throw new RangeError(`expected ${y.length} probabilities as there are outcomes, found ${p.length}`);
  if (w !== undefined && w.length !== y.length) throw new RangeError(`expected ${y.length} weights as there are outcomes, found ${w.length}`);
}
