/** Upkeep of a store: hashing what is really there, and dropping uploads that were never finished. */
import { AbortMultipartUploadCommand, GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { S3Session } from './s3-session.js';
import { request } from './s3-session.js';
import { isAbsent } from './store-errors.js';
import { fullKey, parseObjectUri } from './store-location.js';

/** Hash and size of the object at an address, read from S3 and not from the cache; null when it is gone. */
export async function hashStoredObject(session: S3Session, uri: string): Promise<{ sha256: string; bytes: number } | null> {
  const place = parseObjectUri(uri);
  return request(session, { operation: 'GET', ...place }, async () => {
    try {
      const answer = await session.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key }));
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of answer.Body as Readable & AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      return { sha256: hash.digest('hex'), bytes };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  });
}

/** Aborts the store's multipart uploads begun before `beforeMs` (UTC ms); says how many. Their writers died or gave up. */
export async function sweepUnfinishedUploads(session: S3Session, beforeMs: number): Promise<number> {
  const Bucket = session.location.bucket;
  const Prefix = fullKey(session.location, 'objects/');
  const stale: { Bucket: string; Key: string; UploadId: string }[] = [];
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (marker !== null) {
    const here: { KeyMarker?: string; UploadIdMarker?: string } = marker;
    const page = await request(session, { operation: 'LIST uploads', key: Prefix }, () =>
      session.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...here })),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key !== undefined && UploadId !== undefined && (Initiated?.getTime() ?? 0) < beforeMs) stale.push({ Bucket, Key, UploadId });
    }
    marker =
      page.IsTruncated === true && page.NextKeyMarker !== undefined && page.NextUploadIdMarker !== undefined
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : null;
  }
  for (const upload of stale)
    await request(session, { operation: 'abort upload', key: upload.Key }, () => session.client.send(new AbortMultipartUploadCommand(upload)));
  return stale.length;
}
