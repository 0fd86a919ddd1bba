/** Tables in memory as a source of DuckDB's queries: rows go from the columns into the query, 2,048 at a time, and are staged nowhere. */
import { BIGINT, DOUBLE, DuckDBTableFunction, INTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBType, DuckDBVarCharVector } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import type { Column, Table } from '../../core/data/table.js';

/** Rows of a DuckDB vector. */
const CHUNK_ROWS = 2048;
const FUNCTION_NAME = 'ares_table';

/** Tables that queries of this process read now, by the number in the query's text. */
const tables = new Map<number, Table>();
let lastNumber = 0;

/**
 * What `work` gives, called with an expression for the FROM of a query on an instance that has `registerTableScan`: the table's columns
 * under their names, booleans as UTINYINT, rows in order. The table must not change meanwhile.
 */
export async function scanning<T>(table: Table, work: (source: string) => Promise<T>): Promise<T> {
  const number = ++lastNumber;
  tables.set(number, table);
  try {
    return await work(`${FUNCTION_NAME}(${number})`);
  } finally {
    tables.delete(number);
  }
}

/** Makes tables in memory readable on the instance of the connection; once an instance. */
export function registerTableScan(connection: DuckDBConnection): void {
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name: FUNCTION_NAME,
      parameterTypes: [BIGINT],
      bindFunction: (info) => {
        const table = tableOf(info.getParameter(0));
        for (const [name, column] of Object.entries(table.columns)) info.addResultColumn(name, memoryType(column));
        info.setCardinality(table.rowCount, true);
        info.setBindData(table);
      },
      initFunction: (info) => {
        // One thread: rows come in the table's order.
        info.setMaxThreads(1);
        info.setInitData({ nextRow: 0 });
      },
      mainFunction: (info, chunk) => {
        const place = info.getInitData() as { nextRow: number };
        place.nextRow += fillChunk(chunk, info.getBindData() as Table, place.nextRow);
      },
    }),
  );
}

function tableOf(parameter: unknown): Table {
  const table = tables.get(Number(parameter));
  if (table === undefined) throw new RangeError(`expected the number of a table in memory, found ${String(parameter)}`);
  return table;
}

function memoryType(column: Column): DuckDBType {
  if (column instanceof Float64Array) return DOUBLE;
  if (column instanceof Int32Array) return INTEGER;
  return column instanceof Uint8Array ? UTINYINT : VARCHAR;
}

/** Number of rows put into the chunk from row `from` on; 0 at the end. */
function fillChunk(chunk: DuckDBDataChunk, table: Table, from: number): number {
  const count = Math.min(CHUNK_ROWS, table.rowCount - from);
  chunk.rowCount = count;
  if (count > 0) Object.values(table.columns).forEach((column, c) => fillVector({ chunk, c }, column, { from, count }));
  return count;
}

/** Doubles on their way to a vector, each NaN in the one bit pattern. */
const doubles = new Float64Array(CHUNK_ROWS);

/** Numbers are copied straight into the vector: through the package's own vectors each chunk would leave as much again to the garbage collector. */
function fillVector({ chunk, c }: { readonly chunk: DuckDBDataChunk; readonly c: number }, column: Column, span: { from: number; count: number }): void {
  const { from, count } = span;
  if (column instanceof Float64Array) {
    for (let i = 0; i < count; i++) doubles[i] = Number.isNaN(column[from + i]!) ? Number.NaN : column[from + i]!;
    bindings.copy_data_to_vector(bindings.data_chunk_get_vector(chunk.chunk, c), 0, doubles.buffer, 0, count * Float64Array.BYTES_PER_ELEMENT);
  } else if (column instanceof Int32Array || column instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = column.subarray(from, from + count);
    bindings.copy_data_to_vector(bindings.data_chunk_get_vector(chunk.chunk, c), 0, buffer as ArrayBuffer, byteOffset, byteLength);
  } else {
    const text = chunk.getColumnVector(c) as DuckDBVarCharVector;
    for (let i = 0; i < count; i++) text.setItem(i, column[from + i]!);
    text.flush();
  }
}
