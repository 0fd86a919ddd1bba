/** Addresses in the object store: s3://bucket/prefix/key. */
import { PipelineError } from '../../pipeline/errors.js';

export interface StoreLocation {
  readonly bucket: string;
  /** Without slashes at either end; may be empty. */
  readonly prefix: string;
}

/** Bucket and prefix of an `s3://bucket/prefix` address. @throws PipelineError InvalidSpec on another text. */
export function parseStoreUrl(url: string): StoreLocation {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url);
  if (match === null) throw new PipelineError('InvalidSpec', `expected a store address such as s3://bucket/prefix, found ${url}`);
  return { bucket: match[1]!, prefix: (match[2] ?? '').replace(/^\/+|\/+$/g, '') };
}

/** The full key of a key below the prefix. */
export function fullKey(location: StoreLocation, key: string): string {
  return location.prefix === '' ? key : `${location.prefix}/${key}`;
}

/** The address of a key below the prefix. */
export function objectUri(location: StoreLocation, key: string): string {
  return `s3://${location.bucket}/${fullKey(location, key)}`;
}

/** Bucket and full key of an object's address. @throws PipelineError InvalidSpec on another text. */
export function parseObjectUri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (match === null) throw new PipelineError('InvalidSpec', `expected an object address such as s3://bucket/key, found ${uri}`);
  return { bucket: match[1]!, key: match[2]! };
}
