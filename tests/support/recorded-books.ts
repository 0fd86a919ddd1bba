/** The order-book captures of the data folder, each the parts of one recording. */
import { join } from 'node:path';
import type { BestQuote, BookMessage } from '../../core/order-book/book-message.js';
import { readBookMessages } from '../../adapters/recorded-book/index.js';

export interface RecordedBook {
  readonly name: string;
  readonly files: readonly string[];
  /** What its README counts: deltas whose last best quote so far lies in them, and how many of those have the book's own best prices. */
  readonly quoted: number;
  readonly equal: number;
}

export const RECORDED_BOOKS: readonly RecordedBook[] = [
  { name: 'USD-M 2024-07-18', files: ['ETHUSDT-um-20240718.txt.gz', 'ETHUSDT-um-20240719.txt.gz'], quoted: 6367, equal: 6361 },
  { name: 'USD-M 2024-08-08', files: ['ETHUSDT-um-20240808.txt.gz'], quoted: 5326, equal: 5315 },
  { name: 'spot 2024-08-08', files: ['ETHUSDT-spot-20240808.txt.gz', 'ETHUSDT-spot-20240809.txt.gz'], quoted: 5077, equal: 5077 },
];

export function recordedPaths(folder: string, { files }: RecordedBook): readonly string[] {
  return files.map((file) => join(folder, 'ws', file));
}

const read = new Map<string, Promise<readonly BookMessage[]>>();

/** Every message of a recording, read once a process. */
export function recordedMessages(folder: string, book: RecordedBook): Promise<readonly BookMessage[]> {
  const messages = read.get(book.name) ?? collect(recordedPaths(folder, book));
  read.set(book.name, messages);
  return messages;
}

/** Every best quote of a recording. */
export async function recordedQuotes(folder: string, book: RecordedBook): Promise<readonly BestQuote[]> {
  return (await recordedMessages(folder, book)).filter((message) => message.kind === 'quote');
}

/** Every message of the files. */
export async function collect(paths: readonly string[]): Promise<readonly BookMessage[]> {
  const out: BookMessage[] = [];
  for await (const message of readBookMessages(paths)) out.push(message);
  return out;
}
