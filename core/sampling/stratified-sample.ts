/** Samples of rows in which each stratum, such as a regime, has a stated share. */
import { InsufficientData } from '../errors.js';
import type { Random } from '../stats/random.js';

export interface StratifiedOptions {
  readonly count: number;
  /** Share of each stratum by its number, sum 1; default: the shares that the rows have. */
  readonly shares?: readonly number[];
  readonly random: Random;
}

/**
 * `count` of the given rows, drawn without replacement within each stratum (`stratum[row]`, a number from 0), in order of time.
 * Strata get count x share rows, rounded by largest remainders (ties to the lower number), so each is within one row of its share.
 * @throws RangeError when count is no integer from 1 to the number of rows, or the shares do not sum to 1;
 * InsufficientData when a stratum has fewer rows than its share asks for
 */
export function stratifiedRows(rows: Int32Array, stratum: ArrayLike<number>, options: StratifiedOptions): Int32Array {
  const { count, random } = options;
  if (!Number.isInteger(count) || count < 1 || count > rows.length) {
    throw new RangeError(`expected count to be an integer from 1 to the number of rows (${rows.length}), found ${count}`);
  }
  const members = membersOf(rows, stratum, options.shares?.length ?? 0);
  const shares = options.shares ?? members.map((list) => list.length / rows.length);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > 1e-9)
    throw new RangeError(`expected shares at or above 0 that sum to 1, found ${shares.join(', ')}`);
  const taken: number[] = [];
  for (const [index, wanted] of largestRemainders(shares, count).entries()) {
    const list = members[index] ?? [];
    if (list.length < wanted) throw new InsufficientData(`expected ${wanted} rows of stratum ${index} for its share ${shares[index]}, found ${list.length}`);
    for (let i = 0; i < wanted; i++) {
      // The first `wanted` places of a Fisher-Yates shuffle.
      const j = i + random.below(list.length - i);
      [list[i], list[j]] = [list[j], list[i]];
      taken.push(list[i]);
    }
  }
  return Int32Array.from(taken).sort();
}

function membersOf(rows: Int32Array, stratum: ArrayLike<number>, strata: number): number[][] {
  const members: number[][] = Array.from({ length: strata }, () => []);
  for (const row of rows) {
    const index = stratum[row];
    if (!Number.isInteger(index) || index < 0) throw new RangeError(`expected the stratum of row ${row} to be an integer from 0, found ${index}`);
    while (members.length <= index) members.push([]);
    members[index].push(row);
  }
  return members;
}

/** Integers of sum `count` next to count x share. */
function largestRemainders(shares: readonly number[], count: number): readonly number[] {
  const exact = shares.map((share) => share * count);
  // A product like 0.3 x 10 may lie a rounding error below its integer.
  const whole = exact.map((value) => Math.floor(value + 1e-9));
  const order = [...shares.keys()].sort((a, b) => exact[b] - whole[b] - (exact[a] - whole[a]) || a - b);
  const missing = count - whole.reduce((sum, value) => sum + value, 0);
  for (const index of order.slice(0, missing)) whole[index]++;
  return whole;
}
