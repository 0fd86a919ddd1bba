/** Temporal's dev server: SQLite file, Web UI, our search attributes. */
import { join } from 'node:path';
import type { LocalProfile } from '../adapters/local-profile.js';
import { SEARCH_ATTRIBUTE_TYPES } from '../pipeline/search-attributes.js';
import { awaitHealthy } from './await-healthy.js';
import type { RunningChild } from './child-process.js';
import { startChild } from './child-process.js';
import { freePort } from './network-address.js';
import { runCommand, tryCommand } from './run-command.js';

import type { ServiceOptions } from './service.js';

const PORT = 7233;
const UI_PORT = 8233;
const HTTP_PORT = 7243;
const READY_MS = 60_000;
export const NAMESPACE = 'default';

type Temporal = NonNullable<LocalProfile['temporal']>;

/** Starts the dev server and returns when it serves. @throws Error with the tail of its log. */
export async function startTemporal(program: string, options: ServiceOptions): Promise<{ child: RunningChild; temporal: Temporal }> {
  const port = await freePort(PORT);
  const uiPort = await freePort(UI_PORT);
  const httpPort = await freePort(HTTP_PORT);
  const address = `127.0.0.1:${port}`;
  const child = await startChild({
    name: 'temporal',
    command: program,
    args: [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
      '--http-port',
      String(httpPort),
      '--db-filename',
      join(options.folder, 'temporal.db'),
      '--log-level',
      'error',
      '--namespace',
      NAMESPACE,
      // Activities that a worker of this process can take at once skip a round trip: 50 in sequence take 1.9 s instead of 4.3 s.
      '--dynamic-config-value',
      'system.enableActivityEagerExecution=true',
      ...Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ],
    env: withoutTemporalSettings(process.env),
    logPath: join(options.folder, 'logs', 'temporal.log'),
    keep: options.keep,
  });
  await awaitHealthy(child, () => isServing(program, address), READY_MS);
  return {
    child,
    temporal: { address, namespace: NAMESPACE, ui: `http://127.0.0.1:${uiPort}`, http: `http://127.0.0.1:${httpPort}`, process: child.identity },
  };
}

/** True when the server at the address says that it serves. */
export async function isServing(program: string, address: string): Promise<boolean> {
  const args = ['operator', 'cluster', 'health', '--address', address, '--client-connect-timeout', '2s'];
  const result = await tryCommand(program, args, { timeoutMs: 10_000, env: { TEMPORAL_ADDRESS: address } });
  return result.code === 0 && result.stdout.includes('SERVING');
}

/** Registers our search attributes on a running server; those already there stay. @throws Error with what the server said. */
export async function registerSearchAttributes(program: string, address: string): Promise<void> {
  const attributes = Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => ['--name', name, '--type', type]);
  await runCommand(program, ['operator', 'search-attribute', 'create', '--address', address, '--namespace', NAMESPACE, ...attributes]);
}

/** The user's settings for another Temporal (address, TLS, profile) are not for our dev server. */
function withoutTemporalSettings(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
