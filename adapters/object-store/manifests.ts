/** Step manifests: committed last and once; whoever loses the race adopts what the winner wrote. */
import type { Manifest } from '../../pipeline/artifacts.js';
import { manifestSchema } from '../../pipeline/artifacts.js';
import { PipelineError } from '../../pipeline/errors.js';
import { putJsonObjectIfAbsent, readJsonObject } from './json-objects.js';
import { headObject } from './put-object.js';
import type { S3Session } from './s3-session.js';
import { objectUri, parseObjectUri } from './store-location.js';

export interface CommittedManifest {
  readonly manifest: Manifest;
  readonly uri: string;
  /** True when another writer had committed one under this key, which is then the one returned. */
  readonly adopted: boolean;
}

/** Rounds of losing a race whose winner then cannot be read. */
const COMMIT_ATTEMPTS = 5;
/** Existence checks at once. */
const CHECKS_AT_ONCE = 8;

/** Key of a manifest below the store's prefix. */
export function manifestKey(step: string, key: string): string {
  return `manifests/${step}/${key}.json`;
}

/** Commits a manifest under its own step and key, or returns the one that is there. @throws PipelineError StoreUnavailable, AccessDenied, IntegrityError */
export async function commitManifestObject(session: S3Session, manifest: Manifest): Promise<CommittedManifest> {
  const key = manifestKey(manifest.step, manifest.key);
  const uri = objectUri(session.location, key);
  for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt++) {
    if (await putJsonObjectIfAbsent(session, key, manifest)) return { manifest, uri, adopted: false };
    const winner = await readManifestObject(session, manifest.step, manifest.key);
    if (winner !== null) return { manifest: winner, uri, adopted: true };
  }
  throw new PipelineError('StoreUnavailable', `${uri} at ${session.endpoint} refused a conditional put ${COMMIT_ATTEMPTS} times, yet no object is there`);
}

/** The manifest of a step and key, or null. @throws PipelineError IntegrityError when what is there is no manifest */
export async function readManifestObject(session: S3Session, step: string, key: string): Promise<Manifest | null> {
  const value = await readJsonObject(session, manifestKey(step, key));
  if (value === null) return null;
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success && parsed.data.key === key && parsed.data.step === step) return parsed.data;
  const problem = parsed.success
    ? `it is the manifest of ${parsed.data.step}/${parsed.data.key}`
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new PipelineError('IntegrityError', `${objectUri(session.location, manifestKey(step, key))} at ${session.endpoint} is no manifest: ${problem}`);
}

/** Names of a manifest's artifacts whose object is gone or has another size; empty when all are there. */
export async function missingArtifacts(session: S3Session, manifest: Pick<Manifest, 'artifacts'>): Promise<string[]> {
  const missing: string[] = [];
  const queue = [...manifest.artifacts];
  const work = async (): Promise<void> => {
    for (let artifact = queue.shift(); artifact !== undefined; artifact = queue.shift()) {
      const found = await headObject(session, parseObjectUri(artifact.uri));
      if (found?.bytes !== artifact.bytes) missing.push(artifact.name);
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
  return missing.sort();
}
