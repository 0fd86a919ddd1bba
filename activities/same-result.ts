/** The check that a key gave the bytes it gave before. */
import type { Manifest } from '../pipeline/artifacts.js';
import { PipelineError } from '../pipeline/errors.js';

/**
 * Same key, same bytes: anything else means that a result depends on something outside its key.
 * @throws PipelineError IntegrityError naming the artifact and both hashes
 */
export function checkSame(mine: Manifest, stored: Manifest): void {
  const hashes = new Map(stored.artifacts.map((artifact) => [artifact.name, artifact.sha256]));
  for (const artifact of mine.artifacts) {
    const found = hashes.get(artifact.name);
    if (found === artifact.sha256) continue;
    throw new PipelineError(
      'IntegrityError',
      `step ${mine.step} (${mine.unit ?? 'whole'}) with key ${mine.key} gave artifact ${artifact.name} with sha256 ${artifact.sha256}, but the stored result of that key has ${found ?? 'no such artifact'}`,
    );
  }
  if (mine.artifacts.length !== stored.artifacts.length)
    throw new PipelineError(
      'IntegrityError',
      `step ${mine.step} with key ${mine.key} gave ${mine.artifacts.length} artifacts, the stored result of that key has ${stored.artifacts.length}`,
    );
}
