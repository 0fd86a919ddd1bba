/** The messages of recorded files, stamped by the exchange's clock. */
import { basename } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { BookMessage } from '../../core/order-book/book-message.js';
import { fileChunks } from '../market-files/file-chunks.js';
import type { Untimed } from './parse-book-message.js';
import { parseRecordedLine, timed } from './parse-book-message.js';

/**
 * Messages on the book in order of arrival, over the parts of one recording (plain or gzip). timeMs is the latest time that the
 * exchange had stamped on anything that arrived by then, so it never goes back and never lies before the message was sent; a
 * message without a time of its own waits for the next one with it (the recorder's own clock may run behind, and a stamp too
 * early would let a bar know the future). What waits at the end is left out: its time cannot be told.
 * @throws InvalidData naming file, line and field
 */
export async function* readBookMessages(paths: Iterable<string> | AsyncIterable<string>): AsyncGenerator<BookMessage, void, undefined> {
  let clockMs = Number.NEGATIVE_INFINITY;
  const waiting: Untimed[] = [];
  for await (const path of paths) {
    let number = 0;
    for await (const line of textLines(path)) {
      number++;
      const { eventMs, message } = parseRecordedLine(line, `${basename(path)} line ${number}`);
      if (message !== null) waiting.push(message);
      if (eventMs === null) continue;
      clockMs = Math.max(clockMs, eventMs);
      for (const each of waiting.splice(0)) yield timed(each, clockMs);
    }
  }
}

async function* textLines(path: string): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of fileChunks(path)) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}
