/** Content-addressed writes: `objects/<sha256>`, skipped when already there. */
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PipelineError } from '../../pipeline/errors.js';
import { hashFile, makeHashingStream, sha256Hex } from './file-hash.js';
import type { S3Session } from './s3-session.js';
import { placeOf, request } from './s3-session.js';
import { isAbsent } from './store-errors.js';
import { fullKey, objectUri } from './store-location.js';

/** A file above this size goes up in parts of this size. */
export const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

export interface StoredObject {
  readonly uri: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The object's size, or null when it is not there. @throws PipelineError AccessDenied, StoreUnavailable */
export async function headObject(session: S3Session, place: { bucket: string; key: string }): Promise<{ bytes: number } | null> {
  return request(session, { operation: 'HEAD', ...place }, async () => {
    try {
      const found = await session.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: place.key }));
      return { bytes: found.ContentLength ?? 0 };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  });
}

/** Stores bytes under their hash. @throws PipelineError AccessDenied, StoreUnavailable */
export async function putObjectBytes(session: S3Session, bytes: Uint8Array): Promise<StoredObject> {
  const stored = describeObject(session, { sha256: sha256Hex(bytes), bytes: bytes.length });
  if (await isStored(session, stored)) return stored;
  const key = fullKey(session.location, `objects/${stored.sha256}`);
  await request(session, { operation: 'PUT', key }, () =>
    session.client.send(new PutObjectCommand({ Bucket: session.location.bucket, Key: key, Body: bytes })),
  );
  return stored;
}

/**
 * Stores a file under its hash, in parts above 16 MiB.
 * @throws PipelineError AccessDenied, StoreUnavailable; IntegrityError when the file changed while it went up.
 */
export async function putObjectFile(session: S3Session, path: string): Promise<StoredObject> {
  const stored = describeObject(session, await hashFile(path));
  if (await isStored(session, stored)) return stored;
  if (stored.bytes > PART_BYTES) {
    await uploadParts(session, path, stored);
    return stored;
  }
  const bytes = await readFile(path);
  if (sha256Hex(bytes) !== stored.sha256) throw new PipelineError('IntegrityError', `the file ${path} changed while it was stored`);
  return putObjectBytes(session, bytes);
}

function describeObject(session: S3Session, found: { sha256: string; bytes: number }): StoredObject {
  return { uri: objectUri(session.location, `objects/${found.sha256}`), ...found };
}

async function isStored(session: S3Session, stored: StoredObject): Promise<boolean> {
  const place = { bucket: session.location.bucket, key: fullKey(session.location, `objects/${stored.sha256}`) };
  return (await headObject(session, place))?.bytes === stored.bytes;
}

async function uploadParts(session: S3Session, path: string, stored: StoredObject): Promise<void> {
  const target = { Bucket: session.location.bucket, Key: fullKey(session.location, `objects/${stored.sha256}`) };
  const action = { operation: 'multipart PUT', key: target.Key };
  const { stream, digest } = makeHashingStream();
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  source.on('error', (error) => stream.destroy(error));
  const body = source.pipe(stream);
  await request(session, action, () =>
    new Upload({
      client: session.client,
      params: { ...target, Body: body },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    }).done(),
  );
  if (digest().sha256 === stored.sha256) return;
  await request(session, action, () => session.client.send(new DeleteObjectCommand(target)));
  throw new PipelineError('IntegrityError', `the file ${path} changed while it was stored: ${placeOf(session, action)}`);
}
