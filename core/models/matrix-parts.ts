/** Rows or columns of a row-major matrix, copied out. */
import type { Matrix } from './model.js';

/** The given columns of a matrix, in the given order. @throws RangeError on a column that is not there. */
export function takeMatrixColumns(matrix: Matrix, columns: readonly number[]): Matrix {
  const { rowCount, columnCount } = matrix;
  const bad = columns.find((column) => !(column >= 0 && column < columnCount));
  if (bad !== undefined) throw new RangeError(`expected a column below ${columnCount}, found ${bad}`);
  const values = new Float64Array(rowCount * columns.length);
  for (let row = 0, at = 0; row < rowCount; row++) {
    for (const column of columns) values[at++] = matrix.values[row * columnCount + column];
  }
  return { rowCount, columnCount: columns.length, values };
}

/** The given rows of a matrix, in the given order. @throws RangeError on a row that is not there. */
export function takeMatrixRows(matrix: Matrix, rows: Int32Array): Matrix {
  const { columnCount } = matrix;
  const values = new Float64Array(rows.length * columnCount);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!(row >= 0 && row < matrix.rowCount)) throw new RangeError(`expected a row below ${matrix.rowCount}, found ${row}`);
    values.set(matrix.values.subarray(row * columnCount, (row + 1) * columnCount), i * columnCount);
  }
  return { rowCount: rows.length, columnCount, values };
}
