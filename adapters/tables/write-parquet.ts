/** A table as one Parquet file: zstd, fixed row groups, the same bytes for the same table. */
import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, INTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api';
import type { DuckDBAppender, DuckDBType, DuckDBVarCharVector, DuckDBVector } from '@duckdb/node-api';
import { InvalidData } from '../../core/errors.js';
import type { Column, Table } from '../../core/data/table.js';
import type { EngineLimits } from './duck-engine.js';
import { sqlName, sqlText, withConnection } from './duck-engine.js';
import { vectorItems } from './vector-items.js';

/** Rows of a row group: fixed, because it decides the bytes. */
export const ROW_GROUP_ROWS = 122_880;

/** Rows of a DuckDB vector. */
const CHUNK_ROWS = 2048;

/**
 * Writes the table as one Parquet file at `path`, replacing what is there. Float64Array becomes DOUBLE (NaN stays NaN,
 * in one bit pattern), or BIGINT in columns named `...Ms` (NaN becomes NULL); Int32Array INTEGER; Uint8Array BOOLEAN;
 * text VARCHAR. The bytes do not depend on `limits`.
 * @throws InvalidData on a table without columns, a fraction in a `...Ms` column or a boolean other than 0 and 1;
 * PipelineError DiskFull, OutOfMemory.
 */
export async function writeParquet(table: Table, path: string, limits: Partial<EngineLimits> = {}): Promise<void> {
  const names = Object.keys(table.columns);
  if (names.length === 0) throw new InvalidData(`${path}: expected a table with columns, found none`);
  for (const name of names) checkColumn(name, table.columns[name]!, path);
  await withConnection(limits, path, async (connection) => {
    const types = names.map((name) => memoryType(table.columns[name]!));
    await connection.run(`CREATE TEMP TABLE staged (${names.map((name, i) => `${sqlName(name)} ${types[i]!.toString()}`).join(', ')})`);
    const appender = await connection.createAppender('staged');
    appendTable(appender, table, types);
    appender.closeSync();
    const select = names.map((name) => `${fileExpression(name, table.columns[name]!)} AS ${sqlName(name)}`).join(', ');
    await connection.run(`COPY (SELECT ${select} FROM staged) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`);
    await connection.run('DROP TABLE staged');
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

function memoryType(column: Column): DuckDBType {
  if (column instanceof Float64Array) return DOUBLE;
  if (column instanceof Int32Array) return INTEGER;
  return column instanceof Uint8Array ? UTINYINT : VARCHAR;
}

function fileExpression(name: string, column: Column): string {
  const identifier = sqlName(name);
  if (column instanceof Uint8Array) return `CAST(${identifier} AS ${BOOLEAN.toString()})`;
  if (!(column instanceof Float64Array) || !name.endsWith('Ms')) return identifier;
  return `CASE WHEN isnan(${identifier}) THEN NULL ELSE CAST(${identifier} AS ${BIGINT.toString()}) END`;
}

function appendTable(appender: DuckDBAppender, table: Table, types: readonly DuckDBType[]): void {
  const columns = Object.values(table.columns);
  for (let from = 0; from < table.rowCount; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, table.rowCount - from);
    const chunk = DuckDBDataChunk.create(types, count);
    for (let c = 0; c < columns.length; c++) fillVector(chunk.getColumnVector(c), columns[c]!, { from, count });
    appender.appendDataChunk(chunk);
  }
}

function fillVector(vector: DuckDBVector, column: Column, span: { from: number; count: number }): void {
  const { from, count } = span;
  if (column instanceof Float64Array) {
    const items = vectorItems(vector);
    for (let i = 0; i < count; i++) {
      const value = column[from + i]!;
      items[i] = Number.isNaN(value) ? Number.NaN : value;
    }
  } else if (column instanceof Int32Array) {
    vectorItems(vector).set(column.subarray(from, from + count));
  } else if (column instanceof Uint8Array) {
    vectorItems(vector).set(column.subarray(from, from + count));
  } else {
    const text = vector as DuckDBVarCharVector;
    for (let i = 0; i < count; i++) text.setItem(i, column[from + i]!);
  }
  vector.flush();
}
