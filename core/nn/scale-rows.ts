/** Standardised rows for networks, measured over the rows of the examples alone. */
import type { Matrix } from '../models/model.js';
import type { SequenceInput } from './attention-inference.js';

/** Standardised values are cut off here, so that one wild bar cannot dominate. */
const CLIP = 5;

export interface RowScale {
  readonly means: readonly number[];
  /** 0 = constant or never seen: the feature reads 0. */
  readonly deviations: readonly number[];
}

/** Mean and standard deviation of each feature over the given rows, missing values left out. */
export function measureRows({ columnCount, values }: Matrix, rows: Int32Array): RowScale {
  const means = new Array<number>(columnCount).fill(0);
  const deviations = new Array<number>(columnCount).fill(0);
  for (let j = 0; j < columnCount; j++) {
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (const row of rows) {
      const value = values[row * columnCount + j];
      if (Number.isNaN(value)) continue;
      count += 1;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    }
    if (count === 0) continue;
    const deviation = Math.sqrt(squares / count);
    means[j] = mean;
    deviations[j] = deviation > 1e-12 * Math.abs(mean) ? deviation : 0;
  }
  return { means, deviations };
}

/** All rows on that scale, cut off at 5 deviations; a missing value reads 0. */
export function standardiseRows({ rowCount, columnCount, values }: Matrix, { means, deviations }: RowScale): SequenceInput {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const j = i % columnCount;
    if (deviations[j] === 0 || Number.isNaN(values[i])) continue;
    out[i] = Math.min(CLIP, Math.max(-CLIP, (values[i] - means[j]) / deviations[j]));
  }
  return { values: out, rowCount };
}

/**
 * What the rows look at, on that scale: the rows from the first of the earliest window to the latest row, and where the rows are in them. A
 * prediction of one row so costs its window and not the whole matrix.
 */
export function standardiseWindows(
  { rowCount, columnCount, values }: Matrix,
  { rows, window }: { readonly rows: Int32Array; readonly window: number },
  scale: RowScale,
): { readonly input: SequenceInput; readonly rows: Int32Array } {
  let [first, last] = [rowCount, -1];
  for (const row of rows) {
    first = Math.min(first, row);
    last = Math.max(last, row);
  }
  const from = Math.max(0, Math.min(first - window + 1, last));
  const part = { rowCount: last + 1 - from, columnCount, values: values.subarray(from * columnCount, (last + 1) * columnCount) };
  return { input: standardiseRows(part, scale), rows: rows.map((row) => row - from) };
}
