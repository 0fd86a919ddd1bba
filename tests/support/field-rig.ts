/** Temporal, S3 and worker processes of a test's own, without the supervisor of a local stack: the test starts and ends each worker. */
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import { startS3Server } from './s3-server.js';
import type { TestS3Server } from './s3-server.js';
import { startTemporalServer } from './temporal-server.js';
import type { TemporalServer } from './temporal-server.js';
import { startWorkerProcess } from './worker-process.js';
import type { WorkerProcess } from './worker-process.js';

export interface FieldRig {
  /** Environment of clients and workers. */
  readonly env: NodeJS.ProcessEnv;
  readonly client: Client;
  readonly temporal: TemporalServer;
  readonly s3: TestS3Server;
  readonly store: ObjectStore;
  /** Starts a worker that is ended with the rig. */
  worker(env?: NodeJS.ProcessEnv): Promise<WorkerProcess>;
  stop(): Promise<void>;
}

/** Starts Temporal and S3; no worker yet. */
export async function startFieldRig(extra: NodeJS.ProcessEnv = {}): Promise<FieldRig> {
  const [temporal, s3] = await Promise.all([startTemporalServer(), startS3Server()]);
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|AWS_|ARES_|OTEL_|NODE_TEST_CONTEXT)/.test(name))),
    ...s3.env,
    TEMPORAL_ADDRESS: temporal.address,
    ARES_STORE: 's3://ares/field',
    ARES_STATE: join(s3.scratch, 'state'),
    ARES_CACHE_DIR: join(s3.scratch, 'artifacts'),
    ...(process.env['ARES_CACHE'] === undefined ? {} : { ARES_CACHE: process.env['ARES_CACHE'] }),
    ...extra,
  };
  const connection = await Connection.connect({ address: temporal.address });
  const store = openObjectStore({ url: 's3://ares/field', env, cacheFolder: join(s3.scratch, 'test-artifacts') });
  const workers: WorkerProcess[] = [];
  return {
    env,
    client: new Client({ connection }),
    temporal,
    s3,
    store,
    worker: async (more = {}) => {
      const worker = await startWorkerProcess({ ...env, ...more });
      workers.push(worker);
      return worker;
    },
    stop: async () => {
      await Promise.all(workers.map(async (worker) => worker.end('SIGTERM')));
      store.close();
      await connection.close();
      await temporal.stop();
      await s3.stop();
    },
  };
}

/** The value of `read` once it is one; asked again until then. @throws Error that says what was waited for, after the limit */
export async function eventually<T>(what: string, read: () => Promise<T | null> | T | null, limitMs = 60_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await read();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
