/** A table as one Parquet file: zstd, row groups by the number of columns, the same bytes for the same table. */
import { BIGINT, BOOLEAN } from '@duckdb/node-api';
import { InvalidData } from '../../core/errors.js';
import type { Column, Table } from '../../core/data/table.js';
import type { EngineLimits } from './duck-engine.js';
import { sqlName, sqlText, withConnection } from './duck-engine.js';
import { chunkRows, scanning } from './table-scan.js';

/** Values of a row group, 3 MiB of doubles, and its most rows: the writer holds one group, however long or wide the table is. */
const ROW_GROUP_VALUES = 393_216;
const MOST_ROWS = 122_880;

/** Rows of a row group of a table, whole chunks of the scan: by its number of columns alone, because it decides the bytes. */
export function rowGroupRows(columns: number): number {
  const step = chunkRows(columns);
  const rows = Math.floor(ROW_GROUP_VALUES / columns / step) * step;
  return Math.min(MOST_ROWS, Math.max(step, rows));
}

/**
 * Writes the table as one Parquet file at `path`, replacing what is there. Float64Array becomes DOUBLE (NaN stays NaN,
 * in one bit pattern), or BIGINT in columns named `...Ms` (NaN becomes NULL); Int32Array INTEGER; Uint8Array BOOLEAN;
 * text VARCHAR. The bytes do not depend on `limits`.
 * @throws InvalidData on a table without columns, two that differ by case alone, a fraction in a `...Ms` column or a boolean other than 0 and 1;
 * PipelineError DiskFull, OutOfMemory.
 */
export async function writeParquet(table: Table, path: string, limits: Partial<EngineLimits> = {}): Promise<void> {
  const names = Object.keys(table.columns);
  if (names.length === 0) throw new InvalidData(`${path}: expected a table with columns, found none`);
  const distinct = new Set(names.map((name) => name.toLowerCase()));
  if (distinct.size < names.length) throw new InvalidData(`${path}: expected columns whose names differ by more than case, found ${names.join(', ')}`);
  for (const name of names) checkColumn(name, table.columns[name]!, path);
  await withConnection(limits, path, async (connection) => {
    const select = names.map((name) => `${fileExpression(name, table.columns[name]!)} AS ${sqlName(name)}`).join(', ');
    const groupRows = rowGroupRows(names.length);
    const format = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows}`;
    await scanning(table, groupRows, (source) => connection.run(`COPY (SELECT ${select} FROM ${source}) TO ${sqlText(path)} (${format})`));
  });
}

function checkColumn(name: string, column: Column, path: string): void {
  if (column instanceof Float64Array && name.endsWith('Ms')) {
    const bad = column.findIndex((value) => !Number.isSafeInteger(value) && !Number.isNaN(value));
    if (bad >= 0) throw new InvalidData(`${path}: expected whole milliseconds in column ${name}, found ${column[bad]} in row ${bad}`);
  }
  if (column instanceof Uint8Array) {
    const bad = column.findIndex((value) => value > 1);
    if (bad >= 0) throw new InvalidData(`${path}: expected 0 or 1 in boolean column ${name}, found ${column[bad]} in row ${bad}`);
  }
  if (!Array.isArray(column)) return;
  const bad = column.findIndex((value) => typeof value !== 'string');
  if (bad >= 0) throw new InvalidData(`${path}: expected text in column ${name}, found ${String(column[bad])} in row ${bad}`);
}

function fileExpression(name: string, column: Column): string {
  const identifier = sqlName(name);
  if (column instanceof Uint8Array) return `CAST(${identifier} AS ${BOOLEAN.toString()})`;
  if (!(column instanceof Float64Array) || !name.endsWith('Ms')) return identifier;
  return `CASE WHEN isnan(${identifier}) THEN NULL ELSE CAST(${identifier} AS ${BIGINT.toString()}) END`;
}
