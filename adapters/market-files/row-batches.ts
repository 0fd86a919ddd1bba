/** Rows of a CSV file as numbers, a chunk at a time, without strings or row objects. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import { fileChunks } from './file-chunks.js';
import type { FileKind, Layout } from './layouts.js';
import { detectLayout } from './layouts.js';
import { parseBoolean, parseNumber, textOf } from './parse-field.js';

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
  const reader = makeReader(path, kind);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of fileChunks(path)) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = text.lastIndexOf(NEWLINE) + 1;
    const batch = reader.read(text, end);
    if (batch.count > 0) yield batch;
    rest = Buffer.from(text.subarray(end));
  }
  if (rest.length > 0) {
    const batch = reader.read(Buffer.concat([rest, Buffer.from('\n')]), rest.length + 1);
    if (batch.count > 0) yield batch;
  }
  if (reader.lines() === 0) throw new InvalidData(`${basename(path)}: expected rows of ${kind.name}, found an empty file`);
}

interface Reader {
  read(text: Buffer, end: number): RowBatch;
  lines(): number;
}

function makeReader(path: string, kind: FileKind): Reader {
  const file = basename(path);
  const width = kind.fields.length;
  const isBoolean = kind.fields.map((field) => field.kind === 'boolean');
  let layout: Layout | null = null;
  let line = 0;
  let values = new Float64Array(0);
  const read = (text: Buffer, end: number): RowBatch => {
    let at = 0;
    let count = 0;
    if (layout === null && end > 0) {
      const next = text.indexOf(NEWLINE);
      layout = detectLayout(kind, textOf(text, 0, trimReturn(text, next)), file);
      if (layout.hasHeader) {
        line++;
        at = next + 1;
      }
    }
    const firstLine = line + 1;
    while (at < end && layout !== null) {
      const next = text.indexOf(NEWLINE, at);
      line++;
      // A row of c columns takes at least 2c - 1 bytes with its line end.
      if ((count + 1) * width > values.length) values = grow(values, Math.ceil((end - at) / (2 * layout.columnCount)) * width + (count + 1) * width);
      parseRow({ text, layout, kind, isBoolean, file, line, start: at, stop: trimReturn(text, next), out: values, base: count * width });
      count++;
      at = next + 1;
    }
    return { values, width, count, firstLine };
  };
  return { read, lines: () => line };
}

/** Where a line's text ends: before its newline, and before a carriage return in front of that. */
function trimReturn(text: Buffer, newline: number): number {
  return newline > 0 && text[newline - 1] === RETURN ? newline - 1 : newline;
}

function grow(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}

interface RowPlace {
  readonly text: Buffer;
  readonly layout: Layout;
  readonly kind: FileKind;
  readonly isBoolean: readonly boolean[];
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
      const value = isBoolean[field] === true ? parseBoolean(text, start, at) : parseNumber(text, start, at);
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
