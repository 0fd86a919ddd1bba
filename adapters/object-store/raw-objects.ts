/** Bytes under a key of the caller's choice, past the cache: whoever writes them brings their own check. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Session } from './s3-session.js';
import { request } from './s3-session.js';
import { isAbsent } from './store-errors.js';
import { fullKey } from './store-location.js';

/** The bytes at `key`, or null when there are none. */
export async function readRawObject(session: S3Session, key: string): Promise<Uint8Array | null> {
  const target = { Bucket: session.location.bucket, Key: fullKey(session.location, key) };
  return request(session, { operation: 'GET', key: target.Key }, async () => {
    try {
      const answer = await session.client.send(new GetObjectCommand(target));
      return await answer.Body!.transformToByteArray();
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  });
}

/** Writes bytes at `key`, replacing what is there. */
export async function putRawObject(session: S3Session, key: string, bytes: Uint8Array): Promise<void> {
  const target = { Bucket: session.location.bucket, Key: fullKey(session.location, key) };
  await request(session, { operation: 'PUT', key: target.Key }, () => session.client.send(new PutObjectCommand({ ...target, Body: bytes })));
}
