/** One open connection to a store: the client, where it points, and how its failures are told. */
import type { S3Client } from '@aws-sdk/client-s3';
import { describeStoreError } from './store-errors.js';
import type { StoreLocation } from './store-location.js';

export interface S3Session {
  readonly client: S3Client;
  readonly location: StoreLocation;
  /** For error texts: the endpoint's address, or the region's name. */
  readonly endpoint: string;
}

/** The result of one request. @throws PipelineError with endpoint, bucket, key and operation in its text. */
export async function request<T>(session: S3Session, action: { operation: string; bucket?: string; key?: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw describeStoreError(error, placeOf(session, action));
  }
}

/** Operation, object and endpoint in words. */
export function placeOf(session: S3Session, action: { operation: string; bucket?: string; key?: string }): string {
  const bucket = action.bucket ?? session.location.bucket;
  return `${action.operation} s3://${bucket}${action.key === undefined ? '' : `/${action.key}`} at ${session.endpoint}`;
}
