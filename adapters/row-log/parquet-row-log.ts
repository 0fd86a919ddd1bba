/** A log of rows: JSON lines while open, so that a crash leaves readable rows, sealed into one Parquet file on close. */
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import parquet from 'parquetjs-lite';
import type { FieldDefinition } from 'parquetjs-lite';
import { InvalidData } from '../../core/errors.js';
import type { ColumnSpec, ColumnType, SchemaId } from '../../pipeline/schemas.js';
import { SCHEMAS } from '../../pipeline/schemas.js';
import type { RowLog } from '../../pipeline/step-context.js';
import { onDisk } from '../local-disk/index.js';

type Row = Parameters<RowLog['append']>[0];

export interface RowLogOptions {
  /** The Parquet file; the open log lies beside it as `<path>.jsonl`. */
  readonly path: string;
  readonly schema: SchemaId;
  /** Rows kept in memory before they are appended to the open log; default 1000. Changes no byte of the Parquet file. */
  readonly bufferedRows?: number;
  /** Called once, after the Parquet file is complete. */
  readonly sealed?: (rows: number) => void;
}

const BUFFERED_ROWS = 1000;
/** Rows of a row group: fixed, because it decides the bytes. */
const ROW_GROUP_ROWS = 4096;

/**
 * An open log. Columns are those of the schema and then any other of the rows, in order of first appearance (numbers as
 * DOUBLE). NaN and null are kept as NULL in nullable and in extra number columns, and come back as NaN; text that a row
 * lacks in an extra column is empty.
 * @throws InvalidData from `append` on a value of another type than its column's; PipelineError DiskFull.
 */
export function openRowLog(options: RowLogOptions): RowLog {
  const linesPath = `${options.path}.jsonl`;
  const columns = schemaColumns(options.schema);
  let buffer: string[] = [];
  let rows = 0;
  let isOpen = true;
  let isFresh = true;

  const flush = async (): Promise<void> => {
    const text = buffer.map((line) => `${line}\n`).join('');
    buffer = [];
    await onDisk(linesPath, async () => {
      const file = await open(linesPath, isFresh ? 'w' : 'a');
      await file.writeFile(text).finally(() => file.close());
    });
    isFresh = false;
  };
  return {
    append: async (row) => {
      if (!isOpen) throw new TypeError(`the row log ${options.path} is closed`);
      buffer.push(encodeRow(row, columns, `${options.path} row ${rows}`));
      rows++;
      if (buffer.length >= (options.bufferedRows ?? BUFFERED_ROWS)) await flush();
    },
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await flush();
      await onDisk(options.path, () => seal(linesPath, options.path, columns));
      await rm(linesPath);
      options.sealed?.(rows);
    },
  };
}

interface LogColumn {
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly isExtra: boolean;
}

function schemaColumns(schema: SchemaId): Map<string, LogColumn> {
  const specs = Object.entries(SCHEMAS[schema] as Record<string, ColumnSpec>);
  return new Map(specs.map(([name, spec]) => [name, { type: spec.type, nullable: spec.nullable === true, isExtra: false }]));
}

/** The row as one line of JSON; a column seen for the first time joins `columns`. */
function encodeRow(row: Row, columns: Map<string, LogColumn>, place: string): string {
  const encoded: Record<string, number | string | boolean | null> = {};
  for (const [name, value] of Object.entries(row)) {
    const missing = value === null || (typeof value === 'number' && Number.isNaN(value));
    const column = columns.get(name) ?? extraColumn(value);
    columns.set(name, column);
    if (missing ? !column.nullable : !fits(value, name, column.type)) {
      throw new InvalidData(`${place}: expected ${column.nullable ? '' : 'a '}${column.type} in column ${name}, found ${String(value)}`);
    }
    encoded[name] = missing ? null : value;
  }
  for (const [name, column] of columns) {
    const mayLack = column.nullable || (column.isExtra && column.type === 'text');
    if (!(name in encoded) && !mayLack) throw new InvalidData(`${place}: expected a ${column.type} in column ${name}, found nothing`);
  }
  return JSON.stringify(encoded);
}

function extraColumn(value: Row[string]): LogColumn {
  if (typeof value === 'string') return { type: 'text', nullable: false, isExtra: true };
  if (typeof value === 'boolean') return { type: 'boolean', nullable: false, isExtra: true };
  return { type: 'double', nullable: true, isExtra: true };
}

function fits(value: Row[string], name: string, type: ColumnType): boolean {
  if (type === 'text') return typeof value === 'string';
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'number') return false;
  if (type === 'integer') return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  return name.endsWith('Ms') ? Number.isSafeInteger(value) && value >= 0 : Number.isFinite(value);
}

function parquetField(name: string, column: LogColumn): FieldDefinition {
  const types = { text: 'UTF8', boolean: 'BOOLEAN', integer: 'INT32', double: name.endsWith('Ms') ? 'INT64' : 'DOUBLE' } as const;
  return { type: types[column.type], optional: column.nullable, compression: 'SNAPPY', statistics: false };
}

async function seal(linesPath: string, path: string, columns: ReadonlyMap<string, LogColumn>): Promise<void> {
  const schema = new parquet.ParquetSchema(Object.fromEntries([...columns].map(([name, column]) => [name, parquetField(name, column)])));
  const writer = await parquet.ParquetWriter.openFile(schema, path, { rowGroupSize: ROW_GROUP_ROWS, useDataPageV2: false, pageIndex: false });
  const defaults = Object.fromEntries([...columns].filter(([, column]) => column.isExtra && column.type === 'text').map(([name]) => [name, '']));
  const lines = createReadStream(linesPath, 'utf8');
  for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY }))
    await writer.appendRow({ ...defaults, ...(JSON.parse(line) as Row) });
  await writer.close();
}
