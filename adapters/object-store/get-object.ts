/** Verified reads: an object comes through the local cache, and its sha256 is checked every time. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { errorNameOf, PipelineError } from '../../pipeline/errors.js';
import type { ArtifactCache } from './artifact-cache.js';
import type { StoredObject } from './put-object.js';
import type { S3Session } from './s3-session.js';
import { request } from './s3-session.js';
import { parseObjectUri } from './store-location.js';

/** Attempts of one download: a connection can break after the answer has begun, where the client does not retry. */
const DOWNLOAD_ATTEMPTS = 3;

export type ObjectRef = Pick<StoredObject, 'uri' | 'sha256'>;

/**
 * Path of a verified local copy, fetched when there is none or when the one there is damaged.
 * @throws PipelineError MissingArtifact, IntegrityError, AccessDenied, StoreUnavailable, DiskFull
 */
export async function getObjectToCache(session: S3Session, cache: ArtifactCache, ref: ObjectRef): Promise<string> {
  const copy = await cache.find(ref.sha256);
  if (copy !== null) return copy;
  await fetchObject(session, cache, ref);
  const fetched = await cache.find(ref.sha256);
  if (fetched === null) throw new PipelineError('IntegrityError', `${ref.uri} was fetched into ${cache.folder}, but its copy there is damaged or gone: the local disk does not keep what is written`);
  return fetched;
}

/** The verified bytes of an object. @throws as getObjectToCache */
export async function getObjectBytes(session: S3Session, cache: ArtifactCache, ref: ObjectRef): Promise<Uint8Array> {
  const bytes = await cache.readBytes(ref.sha256);
  if (bytes !== null) return bytes;
  await fetchObject(session, cache, ref);
  const fetched = await cache.readBytes(ref.sha256);
  if (fetched === null) throw new PipelineError('IntegrityError', `${ref.uri} was fetched into ${cache.folder}, but its copy there is damaged or gone: the local disk does not keep what is written`);
  return fetched;
}

async function fetchObject(session: S3Session, cache: ArtifactCache, ref: ObjectRef): Promise<void> {
  const place = parseObjectUri(ref.uri);
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await request(session, { operation: 'GET', ...place }, async () => {
        const answer = await session.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key }));
        return cache.addStream(ref.sha256, answer.Body as Readable);
      });
      if (found.sha256 === ref.sha256) return;
      throw new PipelineError('IntegrityError', `${ref.uri} at ${session.endpoint} is damaged: expected sha256 ${ref.sha256}, found ${found.sha256} over ${found.bytes} bytes; delete the object and run again, and the step that wrote it computes it anew`);
    } catch (error) {
      if (errorNameOf(error) !== 'StoreUnavailable' || attempt === DOWNLOAD_ATTEMPTS) throw error;
    }
  }
}
