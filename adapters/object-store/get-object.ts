/** Verified reads: an object comes through the local cache, and its sha256 is checked every time. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { PipelineError } from '../../pipeline/errors.js';
import type { ArtifactCache } from './artifact-cache.js';
import type { StoredObject } from './put-object.js';
import type { S3Session } from './s3-session.js';
import { request } from './s3-session.js';
import { parseObjectUri } from './store-location.js';

/** Attempts of one download whose connection breaks after the answer has begun, where the client itself does not try again. */
const DOWNLOAD_ATTEMPTS = 3;

export type ObjectRef = Pick<StoredObject, 'uri' | 'sha256'>;

/** Rounds of fetching a copy that another process evicts before it is read: possible only in a cache far too small. */
const EVICTED_ATTEMPTS = 5;

/**
 * Path of a verified local copy, fetched when there is none or when the one there is damaged.
 * @throws PipelineError MissingArtifact, IntegrityError, AccessDenied, StoreUnavailable, DiskFull
 */
export async function getObjectToCache(session: S3Session, cache: ArtifactCache, ref: ObjectRef): Promise<string> {
  return readThrough(session, cache, { ref, read: () => cache.find(ref.sha256) });
}

/** The verified bytes of an object. @throws as getObjectToCache */
export async function getObjectBytes(session: S3Session, cache: ArtifactCache, ref: ObjectRef): Promise<Uint8Array> {
  return readThrough(session, cache, { ref, read: () => cache.readBytes(ref.sha256) });
}

async function readThrough<T>(session: S3Session, cache: ArtifactCache, access: { ref: ObjectRef; read: () => Promise<T | null> }): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const found = await access.read();
    if (found !== null) return found;
    if (attempt === EVICTED_ATTEMPTS) break;
    await fetchObject(session, cache, access.ref);
  }
  throw new PipelineError(
    'IntegrityError',
    `${access.ref.uri} was fetched into ${cache.folder} ${EVICTED_ATTEMPTS} times, but the copy there is damaged or gone: the disk does not keep it, or the cache is too small`,
  );
}

async function fetchObject(session: S3Session, cache: ArtifactCache, ref: ObjectRef): Promise<void> {
  const place = parseObjectUri(ref.uri);
  const action = { operation: 'GET', ...place };
  for (let attempt = 1; ; attempt++) {
    const answer = await request(session, action, () => session.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key })));
    try {
      const found = await request(session, action, () => cache.addStream(ref.sha256, answer.Body as Readable));
      if (found.sha256 === ref.sha256) return;
      throw new PipelineError('IntegrityError', damage(session, ref, found));
    } catch (error) {
      const mayPass = error instanceof PipelineError && error.name === 'StoreUnavailable';
      if (!mayPass || attempt === DOWNLOAD_ATTEMPTS) throw error;
    }
  }
}

function damage(session: S3Session, ref: ObjectRef, found: { sha256: string; bytes: number }): string {
  const facts = `expected sha256 ${ref.sha256}, found ${found.sha256} over ${found.bytes} bytes`;
  return `${ref.uri} at ${session.endpoint} is damaged: ${facts}; delete the object and run again, and the step that wrote it computes it anew`;
}
