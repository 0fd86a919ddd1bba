/** The text of a file in blocks of whole lines. */
import { fileChunks } from './file-chunks.js';

/** Bytes [start, end) are whole lines, the last of them with its newline; the bytes after `end` are the beginning of the next line. */
export interface LineBlock {
  readonly text: Buffer;
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 10;

/**
 * The lines of a file in order; a last line without a newline gets one. Lines are read where the unpacked bytes lie: only a line that two
 * chunks share is put together by itself.
 * @throws as fileChunks
 */
export async function* lineBlocks(path: string): AsyncGenerator<LineBlock, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of fileChunks(path)) {
    const first = chunk.indexOf(NEWLINE) + 1;
    if (first === 0) {
      rest = Buffer.concat([rest, chunk]);
      continue;
    }
    const shared = rest.length === 0 ? 0 : first;
    if (shared > 0) yield wholeBlock(Buffer.concat([rest, chunk.subarray(0, shared)]));
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > shared) yield { text: chunk, start: shared, end };
    rest = Buffer.from(chunk.subarray(end));
  }
  if (rest.length > 0) yield wholeBlock(Buffer.concat([rest, Buffer.from('\n')]));
}

function wholeBlock(text: Buffer): LineBlock {
  return { text, start: 0, end: text.length };
}
