/** The store of this process, from the environment: bucket checked once, copies in the local cache. */
import { openObjectStore } from '../adapters/object-store/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { cacheFolder } from '../adapters/local-paths.js';
import { commitStaged } from '../adapters/step-files/index.js';
import type { ArtifactStore } from '../pipeline/artifact-store.js';
import { PipelineError } from '../pipeline/errors.js';
import type { Manifest } from '../pipeline/artifacts.js';
import type { Producer } from '../pipeline/build-info.js';
import { producerKey } from '../pipeline/build-info.js';

/** The object store named by ARES_STORE. @throws PipelineError InvalidSpec when it is not set */
export function openStore(env: NodeJS.ProcessEnv): ObjectStore {
  const url = env['ARES_STORE'];
  if (url === undefined) throw new PipelineError('InvalidSpec', 'expected ARES_STORE to name the store, for example s3://ares/default; npm run stack sets it');
  return openObjectStore({ url, env, cacheFolder: env['ARES_CACHE_DIR'] ?? cacheFolder(env) });
}

/**
 * The orchestration's view of a store.
 * @param producerOf says who commits; kept beside each manifest that was not there yet, for lineage
 */
export function makeArtifactStore(store: ObjectStore, producerOf?: (manifest: Manifest) => Producer): ArtifactStore {
  return {
    manifestUri: (step, key) => store.manifestUri(step, key),
    readManifest: async (step, key) => store.readManifest(step, key),
    commitManifest: async (manifest) => {
      const committed = await store.commitManifest(manifest);
      if (producerOf !== undefined && !committed.adopted) await store.putJsonIfAbsent(producerKey(manifest.step, manifest.key), producerOf(manifest));
      return committed.manifest;
    },
    missingObjects: async (refs) => {
      const names = new Set(await store.missingArtifacts({ artifacts: refs } as Manifest));
      return refs.filter((ref) => names.has(ref.name));
    },
    commitStaged: async (staged) => commitStaged(store, [...staged]),
    readJson: async (path) => store.readJson(path),
    putJson: async (path, value) => store.putJson(path, value),
    list: async (prefix) => (await store.list(prefix)).map((object) => object.key),
    remove: async (path) => store.remove(path),
  };
}
