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
  for (let i = 0; i < count; i++) {
    const first = rows[i] - window + 1;
    for (let p = Math.max(0, -first); p < window; p++) {
      const from = (first + p) * features;
      for (let j = 0, to = (p * count + i) * features; j < features; j++) x[to + j] = values[from + j];
    }
    if (first >= 0) continue;
    absent ??= new Float32Array(window * count);
    for (let p = 0; p < -first; p++) absent[p * count + i] = 1;
  }
  return { x, absent };
}
