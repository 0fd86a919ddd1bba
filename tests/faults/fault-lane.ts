/** A lane of the fault suite: a Temporal server, a bucket prefix, workers and a side log of its own, so that lanes do not meet. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { SideLogEntry } from '../../activities/side-log.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { RunResult, RunStatus } from '../../pipeline/run-status.js';
import { TASK_QUEUES, WORKFLOW_TYPES } from '../../pipeline/run-status.js';
import type { S3Environment } from '../support/s3-server.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import type { FaultProxy } from '../support/fault-proxy.js';
import { startTemporalServer } from '../support/temporal-server.js';
import type { TemporalServer } from '../support/temporal-server.js';
import { startWorkerProcess } from '../support/worker-process.js';
import type { WorkerProcess } from '../support/worker-process.js';
import { until } from './until.js';

/** A line of the side log, with what the log adds. */
export type LoggedEntry = SideLogEntry & { readonly pid: number; readonly timeMs: number };

export interface Lane {
  readonly folder: string;
  /** Environment of this lane's workers and commands. */
  readonly env: NodeJS.ProcessEnv;
  readonly temporal: TemporalServer;
  readonly client: Client;
  /** The store as the test reads it, past the proxy. */
  readonly store: ObjectStore;
  /** What lies between this lane's workers and the S3 server. */
  readonly proxy: FaultProxy;
  startWorker(extra?: NodeJS.ProcessEnv): Promise<WorkerProcess>;
  /** Starts a run and returns when Temporal has taken it. */
  start(workflowId: string, spec: RunSpecInput): Promise<void>;
  /** The result of a completed run. @throws WorkflowFailedError; Error when it parks or takes minutes */
  result(workflowId: string): Promise<RunResult>;
  status(workflowId: string): Promise<RunStatus>;
  sideLog(): Promise<readonly LoggedEntry[]>;
  /** Waits until a line of the side log fits; returns the first. */
  logged(what: string, fits: (entry: LoggedEntry) => boolean): Promise<LoggedEntry>;
  close(): Promise<void>;
}

export interface LaneOptions {
  /** Prefix in the bucket; nobody else uses it. */
  readonly name: string;
  readonly s3: S3Environment;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a lane without a worker. */
export async function openLane(options: LaneOptions): Promise<Lane> {
  const folder = await mkdtemp(join(tmpdir(), `ares-fault-${options.name}-`));
  const sideLogPath = join(folder, 'side-log.jsonl');
  await writeFile(sideLogPath, '');
  for (const name of ['state', 'cache']) await mkdir(join(folder, name));
  const temporal = await startTemporalServer();
  const proxy = await startFaultProxy(options.s3.AWS_ENDPOINT_URL_S3, () => 'pass');
  const env: NodeJS.ProcessEnv = {
    ...withoutConnections(process.env),
    ...options.s3,
    AWS_ENDPOINT_URL_S3: proxy.endpoint,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'default',
    ARES_STATE: join(folder, 'state'),
    ARES_CACHE_DIR: join(folder, 'cache'),
    ARES_STORE: `s3://ares/${options.name}`,
    ARES_SIDE_LOG: sideLogPath,
    ARES_COMPUTE_SLOTS: '1',
    ...options.env,
  };
  const store = openObjectStore({ url: `s3://ares/${options.name}`, env: options.s3, cacheFolder: join(folder, 'test-cache') });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const workers: WorkerProcess[] = [];
  const sideLog = async (): Promise<readonly LoggedEntry[]> =>
    (await readFile(sideLogPath, 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LoggedEntry);
  return {
    folder,
    env,
    temporal,
    client,
    store,
    proxy,
    sideLog,
    startWorker: async (extra = {}) => {
      const worker = await startWorkerProcess({ ...env, ...extra });
      workers.push(worker);
      return worker;
    },
    start: async (workflowId, spec) => {
      await client.workflow.start(WORKFLOW_TYPES.trainPipeline, { taskQueue: TASK_QUEUES.workflow, workflowId, args: [spec] });
    },
    result: async (workflowId) => {
      const handle = client.workflow.getHandle(workflowId);
      await until(`run ${workflowId} ends`, async () => {
        const { status, searchAttributes } = await handle.describe();
        // It would wait for its operator for days.
        if (searchAttributes['RunState']?.[0] === 'Blocked') throw new Error(`run ${workflowId} is blocked at ${String(searchAttributes['BlockedStep'])}`);
        return status.name !== 'RUNNING';
      });
      return (await handle.result()) as RunResult;
    },
    status: async (workflowId) => client.workflow.getHandle(workflowId).query<RunStatus>('status'),
    logged: async (what, fits) => {
      let found: LoggedEntry | undefined;
      await until(`the side log tells of ${what}`, async () => {
        found = (await sideLog()).find(fits);
        return found !== undefined;
      });
      return found as LoggedEntry;
    },
    close: async () => {
      await connection.close();
      store.close();
      for (const worker of workers) {
        // A stopped process takes no signal but this one.
        worker.signal('SIGCONT');
        await worker.end('SIGKILL');
      }
      await temporal.stop();
      await proxy.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function withoutConnections(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(TEMPORAL_|AWS_|ARES_STORE|ARES_UI|ARES_STATE|NODE_TEST_CONTEXT)/.test(name)));
}
