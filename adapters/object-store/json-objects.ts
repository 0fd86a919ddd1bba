/** Small mutable JSON objects, with conditional creation. */
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { S3Session } from './s3-session.js';
import { placeOf, request } from './s3-session.js';
import { isAbsent, isConflict } from './store-errors.js';
import { fullKey } from './store-location.js';

export interface ListedObject {
  /** Below the store's prefix. */
  readonly key: string;
  readonly bytes: number;
  /** UTC ms. */
  readonly modifiedMs: number;
}

/** The JSON value at `key`, or null when there is none. @throws PipelineError IntegrityError when it is not JSON */
export async function readJsonObject(session: S3Session, key: string): Promise<unknown> {
  const action = { operation: 'GET', key: fullKey(session.location, key) };
  const text = await request(session, action, async () => {
    try {
      const answer = await session.client.send(new GetObjectCommand({ Bucket: session.location.bucket, Key: action.key }));
      return await answer.Body!.transformToString();
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  });
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new PipelineError('IntegrityError', `expected JSON, found ${text.length} characters that are none: ${placeOf(session, action)}`, { cause: error });
  }
}

/** Writes canonical JSON at `key`, replacing what is there. */
export async function putJsonObject(session: S3Session, key: string, value: unknown): Promise<void> {
  await put(session, { key, value });
}

/** Writes canonical JSON at `key` unless something is there; says whether it wrote. */
export async function putJsonObjectIfAbsent(session: S3Session, key: string, value: unknown): Promise<boolean> {
  return put(session, { key, value, condition: { IfNoneMatch: '*' } });
}

/** Objects whose key begins with `prefix`, by key. */
export async function listObjects(session: S3Session, prefix: string): Promise<ListedObject[]> {
  const whole = fullKey(session.location, prefix);
  const cut = fullKey(session.location, '').length;
  const found: ListedObject[] = [];
  let token: string | undefined;
  do {
    const page = await request(session, { operation: 'LIST', key: whole }, () =>
      session.client.send(
        new ListObjectsV2Command({
          Bucket: session.location.bucket,
          Prefix: whole,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      ),
    );
    for (const item of page.Contents ?? []) {
      found.push({ key: item.Key!.slice(cut), bytes: item.Size ?? 0, modifiedMs: item.LastModified?.getTime() ?? 0 });
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Deletes the object at `key`; one that is not there is no failure. */
export async function removeObject(session: S3Session, key: string): Promise<void> {
  const target = { Bucket: session.location.bucket, Key: fullKey(session.location, key) };
  await request(session, { operation: 'DELETE', key: target.Key }, () => session.client.send(new DeleteObjectCommand(target)));
}

async function put(session: S3Session, object: { key: string; value: unknown; condition?: { IfNoneMatch: '*' } }): Promise<boolean> {
  const { key, value, condition } = object;
  const target = { Bucket: session.location.bucket, Key: fullKey(session.location, key) };
  return request(session, { operation: 'PUT', key: target.Key }, async () => {
    try {
      await session.client.send(new PutObjectCommand({ ...target, ...condition, Body: canonicalJson(value), ContentType: 'application/json' }));
      return true;
    } catch (error) {
      if (condition !== undefined && isConflict(error)) return false;
      throw error;
    }
  });
}
