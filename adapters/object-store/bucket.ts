/** The store's bucket: there, made now, or refused with its reason. */
import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { describeStoreError, codeOf, statusOf } from './store-errors.js';
import type { S3Session } from './s3-session.js';
import { placeOf, request } from './s3-session.js';

/** Codes that say the bucket is there after all, made by another process. */
const EXISTS = new Set(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists']);

/** Makes the bucket if it is missing; says whether it did. @throws PipelineError AccessDenied, StoreUnavailable */
export async function ensureStoreBucket(session: S3Session): Promise<boolean> {
  const Bucket = session.location.bucket;
  try {
    await session.client.send(new HeadBucketCommand({ Bucket }));
    return false;
  } catch (error) {
    if (statusOf(error) !== 404) throw describeStoreError(error, placeOf(session, { operation: 'HEAD bucket' }));
  }
  try {
    await session.client.send(new CreateBucketCommand({ Bucket }));
    return true;
  } catch (error) {
    if (!EXISTS.has(codeOf(error))) throw describeStoreError(error, placeOf(session, { operation: 'create bucket' }));
  }
  // It is there: ours, or another account's, which this tells.
  await request(session, { operation: 'HEAD bucket' }, () => session.client.send(new HeadBucketCommand({ Bucket })));
  return false;
}
