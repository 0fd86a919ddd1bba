/** The parent's half of a step's output: staged files become content-addressed objects. */
import pLimit from 'p-limit';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import type { ObjectStore } from '../object-store/index.js';
import type { StagedArtifact } from '../../pipeline/artifact-store.js';

const UPLOADS_AT_ONCE = 4;

/**
 * Stores every staged file and gives back its reference, in the order given.
 * @throws PipelineError as ObjectStore.putFile; the first failure stops the uploads that have not begun.
 */
export async function commitStaged(store: Pick<ObjectStore, 'putFile'>, staged: readonly StagedArtifact[]): Promise<ArtifactRef[]> {
  const limit = pLimit(UPLOADS_AT_ONCE);
  let failed = false;
  const uploads = staged.map((artifact) =>
    limit(async (): Promise<ArtifactRef | null> => {
      if (failed) return null;
      try {
        const { uri, sha256, bytes } = await store.putFile(artifact.path);
        const { name, kind, schema, rows } = artifact;
        return { name, uri, kind, schema, sha256, bytes, ...(rows === undefined ? {} : { rows }) };
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
  );
  const settled = await Promise.allSettled(uploads);
  const failure = settled.find((upload) => upload.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return settled.flatMap((upload) => (upload.status === 'fulfilled' && upload.value !== null ? [upload.value] : []));
}
