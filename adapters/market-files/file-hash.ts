/** sha256 of source files: pins a run's input. */
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { PlannedFile } from '../../pipeline/plan.js';

const PIECE_BYTES = 1 << 20;

/** The file with the hash and size of its bytes. */
export async function hashFile(path: string): Promise<PlannedFile> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    // One buffer for all pieces: a stream takes new memory for each.
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    let bytes = 0;
    for (let read = await file.read(buffer); read.bytesRead > 0; read = await file.read(buffer)) {
      hash.update(buffer.subarray(0, read.bytesRead));
      bytes += read.bytesRead;
    }
    return { path, sha256: hash.digest('hex'), bytes };
  } finally {
    await file.close();
  }
}

/** The file with the hash that `<path>.CHECKSUM` beside it states, in the archive's form, and its size; null where there is none. */
export async function statedHash(path: string): Promise<PlannedFile | null> {
  const text = await readFile(`${path}.CHECKSUM`, 'utf8').catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    return null;
  });
  return text === null ? null : { path, sha256: parseChecksum(text, basename(path)), bytes: (await stat(path)).size };
}

/** The sha256 in a checksum file of the archive. @throws InvalidData when it holds another form or another file's name */
export function parseChecksum(text: string, name: string): string {
  const match = /^([0-9a-f]{64}) [ *](\S+)\s*$/.exec(text);
  if (match === null || match[2] !== name) {
    throw new InvalidData(`${name}.CHECKSUM: expected the sha256 of ${name} and its name, found ${JSON.stringify(text.slice(0, 200))}`);
  }
  return match[1] as string;
}

/**
 * Checks that the file still holds the bytes that were planned.
 * @throws PipelineError IntegrityError naming both hashes; MissingArtifact when the file is gone.
 */
export async function checkHash(file: PlannedFile): Promise<void> {
  const found = await hashFile(file.path).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    throw new PipelineError('MissingArtifact', `${basename(file.path)}: expected the source file with sha256 ${file.sha256}, found no file`, { cause: error });
  });
  if (found.sha256 !== file.sha256) {
    throw new PipelineError(
      'IntegrityError',
      `${basename(file.path)}: expected the planned bytes with sha256 ${file.sha256}, found ${found.sha256}: the file has changed since the plan was made`,
    );
  }
}
