/** Coalitions of features with their Shapley kernel weights, and the regression that turns their values into Shapley values. */
import { solveSymmetric } from '../models/solve-symmetric.js';
import type { Random } from '../stats/random.js';

export interface Coalitions {
  readonly count: number;
  readonly columnCount: number;
  /** [count x columns] 1 = the feature is known. */
  readonly members: Uint8Array;
  readonly weights: Float64Array;
}

/** Every coalition but the empty and the whole one, weighted by the Shapley kernel (Lundberg and Lee 2017, theorem 2). */
export function allCoalitions(columnCount: number): Coalitions {
  const count = Math.max(0, 2 ** columnCount - 2);
  const members = new Uint8Array(count * columnCount);
  const weights = new Float64Array(count);
  for (let c = 0; c < count; c++) {
    let size = 0;
    for (let j = 0; j < columnCount; j++) {
      const isMember = ((c + 1) >> j) & 1;
      members[c * columnCount + j] = isMember;
      size += isMember;
    }
    weights[c] = (columnCount - 1) / (choose(columnCount, size) * size * (columnCount - size));
  }
  return { count, columnCount, members, weights };
}

/**
 * `draws` coalitions (rounded up to pairs) by the Shapley kernel, each beside its complement, which halves the variance; equal weights.
 * @throws RangeError on fewer draws than 2 a column, or fewer than 2 columns.
 */
export function drawCoalitions(columnCount: number, draws: number, random: Random): Coalitions {
  if (columnCount < 2 || !(draws >= 2 * columnCount))
    throw new RangeError(`expected at least 2 columns and 2 draws a column, found ${columnCount} and ${draws}`);
  const pairs = Math.ceil(draws / 2);
  const members = new Uint8Array(2 * pairs * columnCount);
  const order = Int32Array.from({ length: columnCount }, (_, j) => j);
  for (let pair = 0; pair < pairs; pair++) {
    const size = drawSize(columnCount, random);
    const first = 2 * pair * columnCount;
    members.fill(1, first + columnCount, first + 2 * columnCount);
    for (let k = 0; k < size; k++) {
      const other = k + random.below(columnCount - k);
      [order[k], order[other]] = [order[other], order[k]];
      members[first + order[k]] = 1;
      members[first + columnCount + order[k]] = 0;
    }
  }
  return { count: 2 * pairs, columnCount, members, weights: new Float64Array(2 * pairs).fill(1) };
}

/**
 * Shapley values that add up to `all - none`: the weighted least squares of coalition values on membership under that constraint.
 * @throws NumericalError when the coalitions do not tell the features apart.
 */
export function shapleyValues(
  { count, columnCount, members, weights }: Coalitions,
  values: Float64Array,
  { none, all }: { none: number; all: number },
): Float64Array {
  if (columnCount === 1) return Float64Array.of(all - none);
  const gram = new Float64Array(columnCount * columnCount);
  const moment = new Float64Array(columnCount);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let c = 0; c < count; c++) {
    const at = c * columnCount;
    const weight = weights[c] / total;
    for (let j = 0; j < columnCount; j++) {
      if (members[at + j] === 0) continue;
      moment[j] += weight * (values[c] - none);
      for (let k = 0; k <= j; k++) gram[j * columnCount + k] += weight * members[at + k];
    }
  }
  const free = solveSymmetric(gram, moment);
  const ones = solveSymmetric(gram, new Float64Array(columnCount).fill(1));
  const excess = (sumOf(free) - (all - none)) / sumOf(ones);
  return free.map((value, j) => value - excess * ones[j]);
}

/** A size from 1 to n - 1 with chance in proportion to 1 / (size (n - size)). */
function drawSize(n: number, random: Random): number {
  let mass = 0;
  for (let size = 1; size < n; size++) mass += 1 / (size * (n - size));
  let target = random.uniform() * mass;
  let size = 1;
  for (; size < n - 1; size++) {
    target -= 1 / (size * (n - size));
    if (target < 0) break;
  }
  return size;
}

function choose(n: number, k: number): number {
  let out = 1;
  for (let i = 1; i <= k; i++) out = (out * (n - k + i)) / i;
  return out;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
