/** Columns to the row-major matrix that models read. */
import type { Matrix } from '../models/model.js';

/**
 * The columns side by side, [rows x columns] row-major.
 * @throws RangeError when the columns differ in length.
 */
export function featureMatrix(columns: readonly Float64Array[]): Matrix {
  const columnCount = columns.length;
  const rowCount = columnCount === 0 ? 0 : columns[0].length;
  const values = new Float64Array(rowCount * columnCount);
  for (let j = 0; j < columnCount; j++) {
    const column = columns[j];
    if (column.length !== rowCount) throw new RangeError(`column ${j} has ${column.length} rows, expected ${rowCount}`);
    for (let i = 0, at = j; i < rowCount; i++, at += columnCount) values[at] = column[i];
  }
  return { rowCount, columnCount, values };
}
