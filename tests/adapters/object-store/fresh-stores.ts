/** Stores on a real S3 server, for the tests of this folder. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openObjectStore } from '../../../adapters/object-store/index.js';
import type { ObjectStore, StoreOptions } from '../../../adapters/object-store/index.js';
import { PipelineError } from '../../../pipeline/errors.js';
import type { TestS3Server } from '../../support/s3-server.js';

export interface FreshStores {
  /** A store of its own bucket (made) and its own empty cache. */
  openFresh(options?: Partial<StoreOptions>): Promise<ObjectStore>;
  /** The file in which the server keeps an object. */
  objectFile(uri: string): string;
}

/** What a test opens on that server. */
export function freshStores(server: TestS3Server): FreshStores {
  return {
    openFresh: async (options = {}) => {
      const cacheFolder = await mkdtemp(join(server.scratch, 'cache-'));
      const store = openObjectStore({ url: `s3://bucket-${randomBytes(6).toString('hex')}/some/prefix`, env: server.env, cacheFolder, ...options });
      await store.ensureBucket();
      return store;
    },
    objectFile: (uri) => join(server.folder, uri.slice('s3://'.length)),
  };
}

/** For assert.rejects: true of a PipelineError of that name whose message holds all the parts. */
export function named(name: string, ...parts: string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PipelineError, `expected a PipelineError, found ${String(error)}`);
    assert.equal(error.name, name, error.message);
    for (const part of parts) assert.ok(error.message.includes(part), `expected "${part}" in: ${error.message}`);
    return true;
  };
}
