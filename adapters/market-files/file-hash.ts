/** sha256 of source files: pins a run's input. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PipelineError } from '../../pipeline/errors.js';
import type { FoundFile } from '../../pipeline/ports.js';

/** The file with the hash and size of its bytes. */
export async function hashFile(path: string): Promise<FoundFile> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { path, sha256: hash.digest('hex'), bytes: (await stat(path)).size };
}

/**
 * Checks that the file still holds the bytes that were planned.
 * @throws PipelineError IntegrityError naming both hashes; MissingArtifact when the file is gone.
 */
export async function checkHash(file: FoundFile): Promise<void> {
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
