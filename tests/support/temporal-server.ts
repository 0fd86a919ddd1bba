/** A real Temporal dev server of a test's own: own ports, own database file, gone afterwards. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import { SEARCH_ATTRIBUTE_TYPES } from '../../pipeline/search-attributes.js';
import { programPath } from './programs.js';

export interface TemporalServer {
  readonly address: string;
  readonly ui: string;
  readonly pid: number;
  /** Ends it at once, as kill -9 does; the database file stays. */
  kill(): Promise<void>;
  /** After kill: a server on the same ports and database, or on a new one. */
  restart(options?: { readonly emptyDatabase: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers. */
export async function startTemporalServer(): Promise<TemporalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-temporal-'));
  const [port, uiPort] = [await getPort(), await getPort()];
  const address = `127.0.0.1:${port}`;
  let child = await start(folder, port, uiPort);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  return {
    address,
    ui: `http://127.0.0.1:${uiPort}`,
    get pid() {
      return child.pid as number;
    },
    kill: async () => end('SIGKILL'),
    restart: async ({ emptyDatabase } = { emptyDatabase: false }) => {
      if (emptyDatabase) for (const name of await readdir(folder)) await rm(join(folder, name));
      child = await start(folder, port, uiPort);
    },
    stop: async () => {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, port: number, uiPort: number): Promise<ChildProcess> {
  const attributes = Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]);
  const child = spawn(
    programPath('temporal'),
    ['server', 'start-dev', '--port', `${port}`, '--ui-port', `${uiPort}`, '--db-filename', join(folder, 'temporal.db'), '--log-level', 'error', ...attributes],
    { stdio: 'ignore' },
  );
  await waitFor(`127.0.0.1:${port}`);
  return child;
}

async function waitFor(address: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      // Served only once the namespace is known everywhere, which takes a while on a busy machine.
      await connection.workflowService.describeTaskQueue({ namespace: 'default', taskQueue: { name: TASK_QUEUES.workflow } });
      await connection.close();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`Temporal did not answer at ${address} within 60 s`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
