/** Tables in memory as a source of DuckDB's queries: rows go from the columns into the query, some 2,048 at a time, and are staged nowhere. */
import { BIGINT, DOUBLE, DuckDBTableFunction, INTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBType, DuckDBVarCharVector } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import type { Column, Table } from '../../core/data/table.js';

/** Rows of a DuckDB vector. */
const VECTOR_ROWS = 2048;
/** More columns than these go in parts of a vector. */
const MOST_COLUMNS = 48;
const FUNCTION_NAME = 'ares_table';

interface Source {
  readonly table: Table;
  readonly pauseRows: number;
}

/** Tables that queries of this process read now, by the number in the query's text. */
const sources = new Map<number, Source>();
let lastNumber = 0;

/** Rows of a table that are handed over at a time: a vector, or a quarter of it where there are many columns, because the query holds all of them. */
export function chunkRows(columns: number): number {
  return columns > MOST_COLUMNS ? VECTOR_ROWS / 4 : VECTOR_ROWS;
}

/**
 * What `work` gives, called with an expression for the FROM of a query on an instance that has `registerTableScan`: the table's columns
 * under their names, booleans as UTINYINT, rows in order. The table must not change meanwhile.
 * @param pauseRows memory that has become free is given back before the first row and, of many columns, before every so many rows (whole chunks):
 * of few columns there is little, and to take it anew would cost a fifth of the time.
 */
export async function scanning<T>(table: Table, pauseRows: number, work: (source: string) => Promise<T>): Promise<T> {
  const number = ++lastNumber;
  sources.set(number, { table, pauseRows });
  try {
    return await work(`${FUNCTION_NAME}(${number})`);
  } finally {
    sources.delete(number);
  }
}

/** Makes tables in memory readable on the instance of the connection; once an instance. `giveBack` gives its free memory back. */
export function registerTableScan(connection: DuckDBConnection, giveBack: () => void): void {
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name: FUNCTION_NAME,
      parameterTypes: [BIGINT],
      bindFunction: (info) => {
        const source = sourceOf(info.getParameter(0));
        for (const [name, column] of Object.entries(source.table.columns)) info.addResultColumn(name, memoryType(column));
        info.setCardinality(source.table.rowCount, true);
        info.setBindData(source);
      },
      initFunction: (info) => {
        // One thread: rows come in the table's order.
        info.setMaxThreads(1);
        info.setInitData({ nextRow: 0 });
      },
      mainFunction: (info, chunk) => {
        const place = info.getInitData() as { nextRow: number };
        const { table, pauseRows } = info.getBindData() as Source;
        if (place.nextRow === 0 || (isWide(table) && place.nextRow % pauseRows === 0)) giveBack();
        place.nextRow += fillChunk(chunk, table, place.nextRow);
      },
    }),
  );
}

function isWide({ columns }: Table): boolean {
  return Object.keys(columns).length > MOST_COLUMNS;
}

function sourceOf(parameter: unknown): Source {
  const source = sources.get(Number(parameter));
  if (source === undefined) throw new RangeError(`expected the number of a table in memory, found ${String(parameter)}`);
  return source;
}

function memoryType(column: Column): DuckDBType {
  if (column instanceof Float64Array) return DOUBLE;
  if (column instanceof Int32Array) return INTEGER;
  return column instanceof Uint8Array ? UTINYINT : VARCHAR;
}

/** Number of rows put into the chunk from row `from` on; 0 at the end. */
function fillChunk(chunk: DuckDBDataChunk, table: Table, from: number): number {
  const columns = Object.values(table.columns);
  const count = Math.min(chunkRows(columns.length), table.rowCount - from);
  chunk.rowCount = count;
  if (count > 0) columns.forEach((column, c) => fillVector({ chunk, c }, column, { from, count }));
  return count;
}

/** Doubles on their way to a vector, each NaN in the one bit pattern. */
const doubles = new Float64Array(VECTOR_ROWS);

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
