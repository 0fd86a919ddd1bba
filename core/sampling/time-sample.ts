/** Samples of rows by their place in time; every sample keeps the order of time. */
import type { Random } from '../stats/random.js';

/**
 * `count` of the given rows at even distances, first and last row among them (one row: the first); all of them where they are no
 * more. Uses no random number.
 * @throws RangeError when count is no integer of at least 1
 */
export function spacedRows(rows: Int32Array, count: number): Int32Array {
  checkCount(count);
  if (count >= rows.length) return rows.slice();
  if (count === 1) return rows.slice(0, 1);
  return Int32Array.from({ length: count }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (count - 1))]);
}

/** The latest `count` of the given rows; all of them where they are no more. @throws RangeError when count is no integer of at least 1 */
export function latestRows(rows: Int32Array, count: number): Int32Array {
  checkCount(count);
  return rows.slice(Math.max(0, rows.length - count));
}

/**
 * `count` of the given rows drawn without replacement, later ones likelier: a row's weight halves with every `halfLife`
 * rows that follow it. In order of time. Source: Efraimidis and Spirakis 2006 (keys log(u) / weight, the largest are taken).
 * @throws RangeError when count is no integer of at least 1, or halfLife is not above 0
 */
export function recentRows(rows: Int32Array, count: number, options: { readonly halfLife: number; readonly random: Random }): Int32Array {
  checkCount(count);
  const { halfLife, random } = options;
  if (!(halfLife > 0)) throw new RangeError(`expected halfLife above 0, found ${halfLife}`);
  const last = rows.length - 1;
  // log(-log u) - log(weight): monotone in the key, and finite however old the row.
  const key = Float64Array.from(rows, (_, i) => Math.log(-Math.log(1 - random.uniform())) + ((last - i) / halfLife) * Math.LN2);
  const order = Int32Array.from(rows.keys()).sort((a, b) => key[a] - key[b] || a - b);
  return order
    .subarray(0, count)
    .sort()
    .map((i) => rows[i]);
}

/**
 * Blocks of `blockLength` neighbouring rows, drawn without replacement, until `count` rows are there (the last block is cut short):
 * what lies close together in time stays together. In order of time.
 * @throws RangeError when count or blockLength is no integer of at least 1
 */
export function blockRows(rows: Int32Array, count: number, options: { readonly blockLength: number; readonly random: Random }): Int32Array {
  checkCount(count);
  const { blockLength, random } = options;
  if (!Number.isInteger(blockLength) || blockLength < 1) throw new RangeError(`expected blockLength to be an integer of at least 1, found ${blockLength}`);
  if (count >= rows.length) return rows.slice();
  const blocks = Array.from({ length: Math.ceil(rows.length / blockLength) }, (_, block) => block);
  const taken: number[] = [];
  while (taken.length < count) {
    const [block] = blocks.splice(random.below(blocks.length), 1);
    const from = block * blockLength;
    for (let i = from; i < Math.min(rows.length, from + blockLength) && taken.length < count; i++) taken.push(rows[i]);
  }
  return Int32Array.from(taken).sort();
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`expected count to be an integer of at least 1, found ${count}`);
}
