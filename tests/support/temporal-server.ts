/** A real Temporal dev server of a test's own: own ports, own database file, gone afterwards. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { SEARCH_ATTRIBUTE_TYPES } from '../../pipeline/search-attributes.js';
import { programPath } from './programs.js';

export interface TemporalServer {
  readonly address: string;
  readonly ui: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers. */
export async function startTemporalServer(): Promise<TemporalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-temporal-'));
  const [port, uiPort] = [await getPort(), await getPort()];
  const attributes = Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]);
  const child = spawn(
    programPath('temporal'),
    ['server', 'start-dev', '--port', `${port}`, '--ui-port', `${uiPort}`, '--db-filename', join(folder, 'temporal.db'), '--log-level', 'error', ...attributes],
    { stdio: 'ignore' },
  );
  const address = `127.0.0.1:${port}`;
  await waitFor(address);
  return {
    address,
    ui: `http://127.0.0.1:${uiPort}`,
    pid: child.pid as number,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function waitFor(address: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`Temporal did not answer at ${address} within 60 s`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
