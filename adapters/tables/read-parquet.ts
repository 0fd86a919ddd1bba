/** Parquet files and SQL results as tables of typed arrays, without row objects. */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { InvalidData } from '../../core/errors.js';
import type { Column, Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import type { EngineLimits } from './duck-engine.js';
import { sqlName, sqlText, withConnection } from './duck-engine.js';
import { vectorItems } from './vector-items.js';

/**
 * The table in one Parquet file, rows in file order. DOUBLE, FLOAT and BIGINT come as Float64Array (NULL as NaN), other
 * integers as Int32Array, BOOLEAN as Uint8Array of 0 and 1, VARCHAR as text.
 * @param options.columns the columns to read, in that order; all of them when absent.
 * @throws InvalidData on a damaged file, an unknown column, another type, or NULL where no NaN can stand for it.
 */
export async function readParquet(path: string, options: Partial<EngineLimits> & { readonly columns?: readonly string[] } = {}): Promise<Table> {
  const { columns, ...limits } = options;
  const wanted = columns === undefined ? '*' : columns.map(sqlName).join(', ');
  return queryTable(`SELECT ${wanted} FROM read_parquet(${sqlText(path)})`, { ...limits, subject: path });
}

/**
 * The rows of one SELECT as a table, by the rules of readParquet. Rows come in the order that the query states.
 * @throws InvalidData, PipelineError DiskFull, OutOfMemory; every text names `subject` (the query when absent).
 */
export async function queryTable(sql: string, options: Partial<EngineLimits> & { readonly subject?: string } = {}): Promise<Table> {
  const { subject = sql, ...limits } = options;
  return withConnection(limits, subject, async (connection) => {
    const described = await connection.runAndReadAll(`DESCRIBE ${sql}`);
    const fields = described.getRows().map((row) => ({ name: String(row[0]), type: String(row[1]) }));
    const expressions = fields.map((field) => `${columnExpression(field, subject)} AS ${sqlName(field.name)}`);
    const chunks = await fetchChunks(connection, `SELECT ${expressions.join(', ')} FROM (${sql})`);
    const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
    return makeTable(Object.fromEntries(fields.map((field, c) => [field.name, gatherColumn(chunks, c, { type: field.type, rowCount })])));
  });
}

async function fetchChunks(connection: DuckDBConnection, sql: string): Promise<DuckDBDataChunk[]> {
  return (await connection.run(sql)).fetchAllChunks();
}

const DOUBLES = new Set(['DOUBLE', 'FLOAT', 'BIGINT']);
const INTEGERS = new Set(['INTEGER', 'SMALLINT', 'TINYINT', 'USMALLINT', 'UTINYINT']);

/** NULLs are settled in SQL, so that no validity mask has to be read here. */
function columnExpression(field: { name: string; type: string }, subject: string): string {
  const name = sqlName(field.name);
  if (DOUBLES.has(field.type)) return `coalesce(CAST(${name} AS DOUBLE), 'NaN'::DOUBLE)`;
  const refused = `error(${sqlText(`Invalid Input Error: expected a value in column ${field.name}, found NULL`)})`;
  const refuse = (expression: string): string => `CASE WHEN ${name} IS NULL THEN ${refused} ELSE ${expression} END`;
  if (INTEGERS.has(field.type)) return refuse(`CAST(${name} AS INTEGER)`);
  if (field.type === 'BOOLEAN') return refuse(`CAST(${name} AS UTINYINT)`);
  if (field.type === 'VARCHAR') return refuse(name);
  throw new InvalidData(`${subject}: column ${field.name} has type ${field.type}; expected DOUBLE, FLOAT, BIGINT, INTEGER, BOOLEAN or VARCHAR`);
}

function gatherColumn(chunks: readonly DuckDBDataChunk[], index: number, shape: { type: string; rowCount: number }): Column {
  if (shape.type === 'VARCHAR') return chunks.flatMap((chunk) => chunk.getColumnValues(index) as string[]);
  const out = DOUBLES.has(shape.type)
    ? new Float64Array(shape.rowCount)
    : shape.type === 'BOOLEAN'
      ? new Uint8Array(shape.rowCount)
      : new Int32Array(shape.rowCount);
  let row = 0;
  for (const chunk of chunks) {
    const items = vectorItems(chunk.getColumnVector(index));
    out.set(items, row);
    row += items.length;
  }
  return out;
}
