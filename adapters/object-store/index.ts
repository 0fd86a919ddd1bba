/** The artifact store on S3. */
export { openObjectStore } from './object-store.js';
export type { ObjectStore, StoreOptions } from './object-store.js';
export type { ArtifactCache } from './artifact-cache.js';
export type { CommittedManifest } from './manifests.js';
export type { ListedObject } from './json-objects.js';
export type { ObjectRef } from './get-object.js';
export type { StoredObject } from './put-object.js';
export { PART_BYTES } from './put-object.js';
export { hashFile, sha256Hex } from './file-hash.js';
export type { Environment } from './s3-client.js';
