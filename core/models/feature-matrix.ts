/** Columns of a table or rows of a matrix laid out row by row, as models read them. */
import type { Table } from '../data/table.js';
import { float64Column } from '../data/table.js';
import type { Matrix } from './model.js';

/**
 * The named columns of a table, row-major, in the given order.
 * @throws TypeError when a column is missing or not double.
 */
export function featureMatrix(table: Table, names: readonly string[]): Matrix {
  const columns = names.map((name) => float64Column(table, name));
  const columnCount = names.length;
  const values = new Float64Array(table.rowCount * columnCount);
  columns.forEach((column, j) => {
    for (let row = 0; row < table.rowCount; row++) values[row * columnCount + j] = column[row];
  });
  return { rowCount: table.rowCount, columnCount, values };
}

/** The given columns of a matrix, in the given order, copied. @throws RangeError on a column that is not there. */
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

/** The given rows of a matrix, in the given order, copied. @throws RangeError on a row that is not there. */
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
