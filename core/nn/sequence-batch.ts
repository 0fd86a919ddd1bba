/** Sequences of rows that end at the examples, laid out by time. */
import type { SequenceInput } from './attention-inference.js';

export interface SequenceBatch {
  /** [window x examples x features] */
  readonly x: Float32Array;
  /** [window x examples x 1]: 1 where a row would lie before the first one; null where none does. */
  readonly absent: Float32Array | null;
}

/** Rows r - window + 1 to r of each given row r; those before row 0 read 0 and are marked absent. */
export function gatherSequences({ values, rowCount }: SequenceInput, rows: Int32Array, window: number): SequenceBatch {
  const features = values.length / rowCount;
  const count = rows.length;
  const x = new Float32Array(window * count * features);
  let absent: Float32Array | null = null;
  // By position, so that `x` is written from front to back.
  for (let p = 0, to = 0; p < window; p++) {
    for (let i = 0; i < count; i++, to += features) {
      const row = rows[i] - window + 1 + p;
      if (row < 0) {
        absent ??= new Float32Array(window * count);
        absent[p * count + i] = 1;
        continue;
      }
      for (let j = 0, from = row * features; j < features; j++) x[to + j] = values[from + j];
    }
  }
  return { x, absent };
}
