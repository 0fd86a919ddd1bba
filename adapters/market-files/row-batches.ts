/** Rows of a CSV file as numbers, a chunk at a time, without strings or row objects. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import type { FileKind, Layout } from './layouts.js';
import { detectLayout } from './layouts.js';
import { lineBlocks } from './line-blocks.js';
import { parseBoolean, parseNumber, textOf } from './parse-field.js';
import { readPlainRow } from './plain-row.js';

/** Rows [count x width] row-major in the order of the kind's fields; row i stands in line firstLine + i. The buffer is used again for the next batch. */
export interface RowBatch {
  readonly values: Float64Array;
  readonly width: number;
  readonly count: number;
  readonly firstLine: number;
}

const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;

/**
 * The rows of a file in order; optional fields that the file lacks are NaN.
 * @throws InvalidData with file and line on a wrong header, number of columns or a field that is no number; naming the
 * file when it is empty or damaged.
 */
export async function* rowBatches(path: string, kind: FileKind): AsyncGenerator<RowBatch, void, undefined> {
  const reader = makeRowReader(path, kind);
  for await (const { text, start, end } of lineBlocks(path)) {
    const batch = reader.read(text, start, end);
    if (batch.count > 0) yield batch;
  }
  reader.finish();
}

export interface RowReader {
  /** The rows in bytes [start, end), which begin and end with a line; the file's first line tells the layout. @throws as rowBatches */
  read(text: Buffer, start: number, end: number): RowBatch;
  /** Null before the first line. */
  layout(): Layout | null;
  /** Counts rows that were read by other means, so that lines keep their numbers. */
  passOver(rows: number): void;
  /** @throws InvalidData when the file had no line */
  finish(): void;
}

/** A reader before the first line of the file. */
export function makeRowReader(path: string, kind: FileKind): RowReader {
  const file = basename(path);
  const width = kind.fields.length;
  const isBoolean = Uint8Array.from(kind.fields, (field) => (field.kind === 'boolean' ? 1 : 0));
  let layout: Layout | null = null;
  let lacksFields = false;
  let line = 0;
  let values = new Float64Array(0);
  const read = (text: Buffer, start: number, end: number): RowBatch => {
    let at = start;
    let count = 0;
    if (layout === null && end > start) {
      const next = text.indexOf(NEWLINE, start);
      layout = detectLayout(kind, textOf(text, start, trimReturn(text, next)), file);
      const { fieldOfColumn } = layout;
      lacksFields = kind.fields.some((_, field) => !fieldOfColumn.includes(field));
      if (layout.hasHeader) {
        line++;
        at = next + 1;
      }
    }
    const firstLine = line + 1;
    if (layout === null) return { values, width, count, firstLine };
    // A row of c columns takes at least 2c bytes with its line end.
    const room = (Math.floor((end - at) / (2 * layout.columnCount)) + 1) * width;
    if (room > values.length) values = new Float64Array(room);
    if (lacksFields) values.fill(Number.NaN);
    const target = { shape: { fieldOfColumn: layout.fieldOfColumn, isBoolean }, out: values, base: 0 };
    while (at < end) {
      line++;
      target.base = count * width;
      let next = readPlainRow(text, at, target);
      if (next < 0) {
        next = text.indexOf(NEWLINE, at) + 1;
        parseRow({ text, layout, kind, isBoolean, file, line, start: at, stop: trimReturn(text, next - 1), out: values, base: count * width });
      }
      count++;
      at = next;
    }
    return { values, width, count, firstLine };
  };
  return {
    read,
    layout: () => layout,
    passOver: (rows) => {
      line += rows;
    },
    finish: () => {
      if (line === 0) throw new InvalidData(`${file}: expected rows of ${kind.name}, found an empty file`);
    },
  };
}

/** Where a line's text ends: before its newline, and before a carriage return in front of that. */
function trimReturn(text: Buffer, newline: number): number {
  return newline > 0 && text[newline - 1] === RETURN ? newline - 1 : newline;
}

interface RowPlace {
  readonly text: Buffer;
  readonly layout: Layout;
  readonly kind: FileKind;
  readonly isBoolean: Uint8Array;
  readonly file: string;
  readonly line: number;
  /** Bytes [start, stop) are the line. */
  readonly start: number;
  readonly stop: number;
  /** The row's values go to out[base ..]. */
  readonly out: Float64Array;
  readonly base: number;
}

function parseRow(place: RowPlace): void {
  const { text, layout, isBoolean, stop, out, base } = place;
  const { fieldOfColumn, columnCount } = layout;
  for (let field = 0; field < isBoolean.length; field++) out[base + field] = Number.NaN;
  let column = 0;
  let start = place.start;
  for (let at = start; at <= stop; at++) {
    if (at < stop && text[at] !== COMMA) continue;
    const field = column < columnCount ? (fieldOfColumn[column] as number) : -1;
    if (field >= 0) {
      const value = isBoolean[field] === 1 ? parseBoolean(text, start, at) : parseNumber(text, start, at);
      if (Number.isNaN(value)) throw badField(place, field, textOf(text, start, at));
      out[base + field] = value;
    }
    column++;
    start = at + 1;
  }
  if (column !== columnCount) {
    throw new InvalidData(
      `${place.file}:${place.line}: expected ${columnCount} columns, found ${column}: ${JSON.stringify(textOf(text, place.start, stop).slice(0, 120))}`,
    );
  }
}

function badField(place: RowPlace, field: number, found: string): InvalidData {
  const { name, kind } = place.kind.fields[field] as FileKind['fields'][number];
  return new InvalidData(
    `${place.file}:${place.line}: expected a ${kind === 'number' ? 'number' : 'true or false'} in column ${name}, found ${JSON.stringify(found)}`,
  );
}
