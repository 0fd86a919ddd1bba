/** Rows of a CSV file as text: for files of a few thousand rows that hold dates or empty cells. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import { fileChunks } from './file-chunks.js';

export interface TextRow {
  /** Cells of the wanted columns, in the order asked for. */
  readonly cells: readonly string[];
  readonly line: number;
}

/** Columns of a file: the wanted ones, and all that a file without a header has. */
export interface TextColumns {
  readonly wanted: readonly string[];
  readonly bare: readonly string[];
}

/**
 * The rows after the header, if the first line is one; quotes around a cell are taken off.
 * @throws InvalidData with file and line on a missing column or a row of another number of columns; naming an empty file
 */
export async function* textRows(path: string, columns: TextColumns): AsyncGenerator<TextRow, void, undefined> {
  const file = basename(path);
  let names: readonly string[] | null = null;
  let places: readonly number[] = [];
  let line = 0;
  for await (const text of textLines(path)) {
    line++;
    const cells = text.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    if (names === null) {
      const hasHeader = !/^\d/.test(cells[0] as string);
      names = hasHeader ? cells : columns.bare;
      places = columns.wanted.map((name) => placeOf(name, names as readonly string[], file));
      if (hasHeader) continue;
    }
    if (cells.length !== names.length) throw new InvalidData(`${file}:${line}: expected ${names.length} columns, found ${cells.length}: ${text.slice(0, 120)}`);
    yield { cells: places.map((place) => cells[place] as string), line };
  }
  if (line === 0) throw new InvalidData(`${file}: expected rows of ${columns.wanted.join(', ')}, found an empty file`);
}

function placeOf(name: string, names: readonly string[], file: string): number {
  const place = names.indexOf(name);
  if (place < 0) throw new InvalidData(`${file}:1: expected a column ${name}, found ${names.join(',').slice(0, 200)}`);
  return place;
}

async function* textLines(path: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of fileChunks(path)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== '') yield rest;
}
