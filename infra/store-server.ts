/** versitygw: an S3 server over a folder. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalProfile } from '../adapters/local-profile.js';
import { awaitHealthy } from './await-healthy.js';
import type { RunningChild } from './child-process.js';
import { startChild } from './child-process.js';
import { freePort } from './network-address.js';
import type { ServiceOptions } from './service.js';

const PORT = 7070;
const READY_MS = 30_000;
const REGION = 'us-east-1';
const HEALTH_PATH = '/ares-health';

type Store = NonNullable<LocalProfile['store']>;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Starts the server and returns when it serves. @throws Error with the tail of its log. */
export async function startStore(program: string, options: ServiceOptions): Promise<{ child: RunningChild; store: Store }> {
  const objects = join(options.folder, 's3');
  await mkdir(objects, { recursive: true });
  const credentials = await localCredentials(options.folder);
  const port = await freePort(PORT);
  const endpoint = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: 'versitygw',
    command: program,
    args: ['--port', `127.0.0.1:${port}`, '--region', REGION, '--health', HEALTH_PATH, '--quiet', 'posix', objects],
    env: { ...process.env, ROOT_ACCESS_KEY_ID: credentials.accessKeyId, ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    logPath: join(options.folder, 'logs', 'versitygw.log'),
    keep: options.keep,
  });
  await awaitHealthy(child, () => isStoreServing(endpoint), READY_MS);
  return { child, store: { endpoint, region: REGION, ...credentials, process: child.identity } };
}

/** True when the S3 server that we started answers its health check. */
export async function isStoreServing(endpoint: string): Promise<boolean> {
  return await fetch(new URL(HEALTH_PATH, endpoint), { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );
}

/** The local server's keys: made once a state folder, readable by its owner alone. */
async function localCredentials(folder: string): Promise<Credentials> {
  const path = join(folder, 'credentials.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text !== null) return JSON.parse(text) as Credentials;
  const made: Credentials = { accessKeyId: `ares${randomBytes(8).toString('hex')}`, secretAccessKey: randomBytes(20).toString('hex') };
  await writeFile(path, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  return made;
}
