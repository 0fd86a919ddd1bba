/** The text of a source file in chunks: plain, gzip, or the one CSV of a zip; damage is refused, never cut short. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip, createInflateRaw, crc32 } from 'node:zlib';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { InvalidData } from '../../core/errors.js';

const READ_BYTES = 1 << 20;
/**
 * Chunks of unpacked text: every one is a turn of the thread pool, so that zlib's own 16 KiB take three times as long. Two of them may
 * wait, so that the thread pool unpacks while their rows are read.
 */
const UNPACKED = { chunkSize: 4 << 20, readableHighWaterMark: 8 << 20 };
const DEFLATED = 8;

/**
 * Chunks of the file's text in order.
 * @throws InvalidData naming the file when an archive is truncated, fails its checksum or holds no or several CSV files;
 * the system's own error when the file cannot be read.
 */
export async function* fileChunks(path: string): AsyncGenerator<Buffer, void, undefined> {
  if (path.endsWith('.zip')) {
    yield* zipChunks(path);
    return;
  }
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  if (!path.endsWith('.gz')) {
    yield* source as AsyncIterable<Buffer>;
    return;
  }
  const text = createGunzip(UNPACKED);
  source.once('error', (error) => text.destroy(error));
  try {
    yield* source.pipe(text) as AsyncIterable<Buffer>;
  } catch (error) {
    throw damaged(path, 'gzip', error);
  } finally {
    source.destroy();
    text.destroy();
  }
}

async function* zipChunks(path: string): AsyncGenerator<Buffer, void, undefined> {
  let zip: ZipFile | null = null;
  let stream: Readable | null = null;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    const entry = await onlyCsv(zip, path);
    stream = await openText(zip, path, entry);
    let sum = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32)
      throw new InvalidData(`${basename(path)}: expected checksum ${entry.crc32} of ${entry.fileName}, found ${sum}: the zip is damaged`);
  } catch (error) {
    throw damaged(path, 'zip', error);
  } finally {
    stream?.destroy();
    zip?.close();
  }
}

/** Read by ourselves: yauzl's reader goes by 64 KiB. */
async function openText(zip: ZipFile, path: string, entry: Entry): Promise<Readable> {
  if (entry.compressionMethod !== DEFLATED) return zip.openReadStreamPromise(entry);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = createReadStream(path, { start: fileDataStart, end: fileDataStart + entry.compressedSize - 1, highWaterMark: READ_BYTES });
  const text = createInflateRaw(UNPACKED);
  packed.once('error', (error) => text.destroy(error));
  text.once('close', () => packed.destroy());
  return packed.pipe(text);
}

async function onlyCsv(zip: ZipFile, path: string): Promise<Entry> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.push(entry);
  const csv = entries.filter((entry) => entry.fileName.endsWith('.csv'));
  const [only] = csv;
  if (only === undefined || csv.length > 1) {
    throw new InvalidData(`${basename(path)}: expected one CSV file in the zip, found ${entries.map((entry) => entry.fileName).join(', ') || 'none'}`);
  }
  return only;
}

/** Errors of the archive become InvalidData; a missing or unreadable file keeps the system's error. */
function damaged(path: string, kind: 'gzip' | 'zip', error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const isSystem = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  if (error instanceof InvalidData || isSystem) return error;
  return new InvalidData(`${basename(path)}: expected a whole ${kind} file, found it truncated or damaged (${(error as Error).message})`, { cause: error });
}
