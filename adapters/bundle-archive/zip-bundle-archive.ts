/** Hand-over bundles as zip archives: the same files give the same bytes, whatever the clock, host or zlib version. */
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { PipelineError } from '../../pipeline/errors.js';
import type { BundleArchive } from '../../pipeline/ports.js';

/** The earliest time a zip archive can hold. */
const MEMBER_TIME = new Date('1980-01-01T00:00:00Z');
const MEMBER_MODE = 0o100644;

/** The archive of hand-over bundles. Members are stored, not deflated: deflated bytes differ between zlib versions. */
export function makeBundleArchive(): BundleArchive {
  return { pack: async (files) => pack(files, false), unpack };
}

/** The same files deflated, for a bundle that no hash has to find again; `unpack` reads it as well. */
export async function packDeflated(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  return pack(files, true);
}

async function pack(files: Readonly<Record<string, Uint8Array>>, compress: boolean): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const name of Object.keys(files).sort()) {
    zip.addBuffer(Buffer.from(files[name]!), name, { mtime: MEMBER_TIME, mode: MEMBER_MODE, compress, forceDosTimestamp: true });
  }
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}

async function unpack(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    for await (const entry of zip.eachEntry()) {
      const content = await buffer(await zip.openReadStreamPromise(entry));
      const found = crc32(content);
      if (found !== entry.crc32)
        throw new PipelineError(
          'IntegrityError',
          `member ${entry.fileName} of the bundle is damaged: expected CRC-32 ${hex(entry.crc32)}, found ${hex(found)}`,
        );
      if (entry.fileName in files) throw new PipelineError('IntegrityError', `the bundle holds member ${entry.fileName} twice`);
      files[entry.fileName] = new Uint8Array(content);
    }
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError('IntegrityError', `the bundle of ${bytes.length} bytes is no whole zip archive: ${(error as Error).message}`, { cause: error });
  }
  return files;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
