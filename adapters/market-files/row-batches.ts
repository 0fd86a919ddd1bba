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
  let layout: Layout | null = null;
  let line = 0;
  let values = new Float64Array(0);
  const read = (text: Buffer, end: number): RowBatch => {
    let at = 0;
    let count = 0;
    let firstLine = line + 1;
    while (at < end) {
      const next = text.indexOf(NEWLINE, at);
      const stop = next > at && text[next - 1] === RETURN ? next - 1 : next;
      line++;
      if (layout === null) {
        layout = detectLayout(kind, textOf(text, at, stop), file);
        if (layout.hasHeader) {
          firstLine++;
          at = next + 1;
          continue;
        }
      }
      // A row of c columns takes at least 2c - 1 bytes with its line end.
      const needed = (count + 1) * width;
      if (needed > values.length) values = grow(values, Math.max(needed, Math.ceil((end - at) / (2 * layout.columnCount)) * width + needed));
      parseRow({ text, layout, kind, file, line }, { start: at, stop }, values.subarray(count * width, needed));
      count++;
      at = next + 1;
    }
    return { values, width, count, firstLine };
  };
  return { read, lines: () => line };
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
  readonly file: string;
  readonly line: number;
}

function parseRow(place: RowPlace, span: { start: number; stop: number }, out: Float64Array): void {
  const { text, layout, kind } = place;
  out.fill(Number.NaN);
  let column = 0;
  let start = span.start;
  for (let at = span.start; at <= span.stop; at++) {
    if (at < span.stop && text[at] !== COMMA) continue;
    const field = column < layout.columnCount ? (layout.fieldOfColumn[column] as number) : -1;
    if (field >= 0) {
      const value = kind.fields[field]?.kind === 'boolean' ? parseBoolean(text, start, at) : parseNumber(text, start, at);
      if (Number.isNaN(value)) {
        const { name, kind: type } = kind.fields[field] as FileKind['fields'][number];
        throw new InvalidData(`${place.file}:${place.line}: expected a ${type === 'number' ? 'number' : 'true or false'} in column ${name}, found ${JSON.stringify(textOf(text, start, at))}`);
      }
      out[field] = value;
    }
    column++;
    start = at + 1;
  }
  if (column !== layout.columnCount) {
    throw new InvalidData(`${place.file}:${place.line}: expected ${layout.columnCount} columns, found ${column}: ${JSON.stringify(textOf(text, span.start, span.stop).slice(0, 120))}`);
  }
}
