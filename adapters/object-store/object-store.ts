/** The artifact store: content-addressed objects, manifests and small JSON in S3, read through a verified local cache. */
import { PassThrough } from 'node:stream';
import type { Manifest } from '../../pipeline/artifacts.js';
import { PipelineError } from '../../pipeline/errors.js';
import { cacheFolder as defaultCacheFolder } from '../local-paths.js';
import { openArtifactCache } from './artifact-cache.js';
import type { ArtifactCache } from './artifact-cache.js';
import { ensureStoreBucket } from './bucket.js';
import { getObjectBytes, getObjectToCache } from './get-object.js';
import type { ObjectRef } from './get-object.js';
import { listObjects, putJsonObject, putJsonObjectIfAbsent, readJsonObject, removeObject } from './json-objects.js';
import type { ListedObject } from './json-objects.js';
import { commitManifestObject, missingArtifacts, readManifestObject } from './manifests.js';
import type { CommittedManifest } from './manifests.js';
import { hashStoredObject, sweepUnfinishedUploads } from './maintenance.js';
import { headObject, putObjectBytes, putObjectFile } from './put-object.js';
import { putRawObject, readRawObject } from './raw-objects.js';
import type { StoredObject } from './put-object.js';
import { endpointOf, makeS3Client } from './s3-client.js';
import type { Environment } from './s3-client.js';
import type { S3Session } from './s3-session.js';
import { objectUri, parseObjectUri, parseStoreUrl } from './store-location.js';

const DEFAULT_CACHE_BYTES = 20 * 1024 ** 3;
const DEFAULT_GRACE_MS = 15 * 60_000;

export interface StoreOptions {
  /** s3://bucket/prefix */
  readonly url: string;
  /** Where endpoint, region, credentials and cache folder are looked up, in the AWS names. */
  readonly env: Environment;
  /** Copies lie in `<cacheFolder>/artifacts`; default as in local-paths. */
  readonly cacheFolder?: string;
  /** Size of the local cache; default ARES_CACHE_LIMIT_MIB, else 20 GiB. */
  readonly cacheLimitBytes?: number;
  /** A copy used within this time is not evicted; default 15 minutes. */
  readonly cacheGraceMs?: number;
  /** Silence of the server that counts as a failure of the request; default 60 s. */
  readonly idleTimeoutMs?: number;
}

/** Every method throws PipelineError AccessDenied or StoreUnavailable with endpoint, bucket and key in its text. */
export interface ObjectStore {
  readonly url: string;
  /** The S3 endpoint in words, for messages. */
  readonly endpoint: string;
  readonly cache: ArtifactCache;
  /** Makes the bucket if it is missing; says whether it did. */
  ensureBucket(): Promise<boolean>;
  /** Stores a file under its sha256, in parts above 16 MiB, skipped when it is there; also into the local cache. */
  putFile(path: string): Promise<StoredObject>;
  putBytes(bytes: Uint8Array): Promise<StoredObject>;
  /** Path of a verified local copy. @throws PipelineError MissingArtifact, IntegrityError, DiskFull */
  getToCache(ref: ObjectRef): Promise<string>;
  /** Verified bytes. @throws PipelineError MissingArtifact, IntegrityError, DiskFull */
  getBytes(ref: ObjectRef): Promise<Uint8Array>;
  /** Size of the object at a full address, or null. */
  head(uri: string): Promise<{ bytes: number } | null>;
  /** Commits under the manifest's own step and key, or adopts what another writer committed. */
  commitManifest(manifest: Manifest): Promise<CommittedManifest>;
  readManifest(step: string, key: string): Promise<Manifest | null>;
  manifestUri(step: string, key: string): string;
  /** Names of artifacts whose object is gone or has another size. */
  missingArtifacts(manifest: Pick<Manifest, 'artifacts'>): Promise<string[]>;
  /** JSON below the prefix (`runs/`, `registry/`, `ledger/`, `checkpoints/`), or null. */
  readJson(key: string): Promise<unknown>;
  putJson(key: string, value: unknown): Promise<void>;
  /** Says whether it wrote; false when something is there already. */
  putJsonIfAbsent(key: string, value: unknown): Promise<boolean>;
  /** Bytes below the prefix (`checkpoints/`), unverified and past the cache, or null. */
  readRaw(key: string): Promise<Uint8Array | null>;
  putRaw(key: string, bytes: Uint8Array): Promise<void>;
  /** Objects below a key prefix, by key. */
  list(prefix: string): Promise<ListedObject[]>;
  remove(key: string): Promise<void>;
  /** Hash and size of what lies at a full address in S3, past the cache; null when it is gone. */
  hashStored(uri: string): Promise<{ sha256: string; bytes: number } | null>;
  /** Aborts multipart uploads begun before a time (UTC ms); says how many. */
  sweepUploads(beforeMs: number): Promise<number>;
  /** Ends the client's connections. */
  close(): void;
}

/** An open store; nothing is requested before its first method. @throws PipelineError InvalidSpec on a bad address */
export function openObjectStore(options: StoreOptions): ObjectStore {
  const { env } = options;
  const location = parseStoreUrl(options.url);
  const client = makeS3Client(env, options.idleTimeoutMs);
  const session: S3Session = { client, location, endpoint: endpointOf(env) ?? `region ${env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1'}` };
  const cache = openArtifactCache(options.cacheFolder ?? defaultCacheFolder(env), {
    limitBytes: options.cacheLimitBytes ?? cacheLimitOf(env),
    graceMs: options.cacheGraceMs ?? DEFAULT_GRACE_MS,
  });
  return {
    url: options.url,
    endpoint: session.endpoint,
    cache,
    ensureBucket: () => ensureStoreBucket(session),
    putFile: async (path) => {
      const stored = await putObjectFile(session, path);
      await cache.addFile(stored.sha256, path);
      return stored;
    },
    putBytes: async (bytes) => {
      const stored = await putObjectBytes(session, bytes);
      await cache.addStream(stored.sha256, new PassThrough().end(bytes));
      return stored;
    },
    getToCache: (ref) => getObjectToCache(session, cache, ref),
    getBytes: (ref) => getObjectBytes(session, cache, ref),
    head: (uri) => headObject(session, parseObjectUri(uri)),
    commitManifest: (manifest) => commitManifestObject(session, manifest),
    readManifest: (step, key) => readManifestObject(session, step, key),
    manifestUri: (step, key) => objectUri(location, `manifests/${step}/${key}.json`),
    missingArtifacts: (manifest) => missingArtifacts(session, manifest),
    readJson: (key) => readJsonObject(session, key),
    putJson: (key, value) => putJsonObject(session, key, value),
    putJsonIfAbsent: (key, value) => putJsonObjectIfAbsent(session, key, value),
    readRaw: (key) => readRawObject(session, key),
    putRaw: (key, bytes) => putRawObject(session, key, bytes),
    list: (prefix) => listObjects(session, prefix),
    remove: (key) => removeObject(session, key),
    hashStored: (uri) => hashStoredObject(session, uri),
    sweepUploads: (beforeMs) => sweepUnfinishedUploads(session, beforeMs),
    close: () => client.destroy(),
  };
}

/** @throws PipelineError InvalidSpec when the environment holds no number of MiB */
function cacheLimitOf(env: Environment): number {
  const text = env.ARES_CACHE_LIMIT_MIB;
  if (text === undefined || text === '') return DEFAULT_CACHE_BYTES;
  if (!/^\d+$/.test(text)) throw new PipelineError('InvalidSpec', `expected ARES_CACHE_LIMIT_MIB to be a whole number of MiB, found ${text}`);
  return Number(text) * 1024 ** 2;
}
