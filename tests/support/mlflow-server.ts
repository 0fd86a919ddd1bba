/** A real MLflow tracking server of a test's own, with users and rights: official wheels, pinned by hash, in the program cache. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { pythonPackages } from '../../infra/python-packages.js';
import { runCommand } from '../../infra/run-command.js';
import { cloneRoot } from './repository.js';

/** The server imports half of Python's data stack: half a minute on a busy machine. */
const START_TIMEOUT_MS = 180_000;
const PROBE_TIMEOUT_MS = 2_000;

/** An account of the server. */
export interface MlflowUser {
  readonly name: string;
  readonly password: string;
}

export const MLFLOW_ADMIN: MlflowUser = { name: 'admin', password: 'correct horse battery' };

export interface MlflowServer {
  readonly uri: string;
  /** The worker's environment to log as a user; default the administrator. */
  env(user?: MlflowUser): Readonly<Record<string, string>>;
  /** A user without any right on any experiment. */
  readonly stranger: MlflowUser;
  /** JSON answer of the REST API, asked as the administrator. */
  api<T>(path: string, body?: object): Promise<T>;
  /** What a Python program prints, run with MLflow's own client as the administrator. */
  python(program: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a server with SQLite, an artifact proxy and basic authentication.
 * @param given a port and folder to use again, for a server that comes up later or comes back
 */
export async function startMlflowServer(given: { port?: number; folder?: string } = {}): Promise<MlflowServer> {
  const packages = await pythonPackages(join(cloneRoot(), 'tests', 'support', 'mlflow-requirements.txt'));
  const folder = given.folder ?? (await mkdtemp(join(tmpdir(), 'ares-mlflow-')));
  const uri = `http://127.0.0.1:${given.port ?? (await getPort())}`;
  const env = await serverEnvironment(folder, packages);
  const child = spawn('python3', serverArguments(folder, uri), { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = collectOutput(child);
  await waitUntilUp(uri, child, output);
  const api = async <T>(path: string, body?: object): Promise<T> => request<T>(uri, path, body);
  const stranger: MlflowUser = { name: 'stranger', password: 'no rights at all' };
  if (given.folder === undefined) await api('/api/2.0/mlflow/users/create', { username: stranger.name, password: stranger.password });
  const accountOf = (user = MLFLOW_ADMIN): Record<string, string> => ({
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_TRACKING_USERNAME: user.name,
    MLFLOW_TRACKING_PASSWORD: user.password,
  });
  return {
    uri,
    env: accountOf,
    stranger,
    api,
    python: async (program) => (await runCommand('python3', ['-c', program], { env: { ...env, ...accountOf() } })).stdout,
    stop: async () => {
      await stopGroup(child);
      if (given.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serverEnvironment(folder: string, packages: string): Promise<NodeJS.ProcessEnv> {
  const settings = join(folder, 'users.ini');
  const lines = [
    '[mlflow]',
    'default_permission = NO_PERMISSIONS',
    `database_uri = sqlite:///${join(folder, 'users.db')}`,
    `admin_username = ${MLFLOW_ADMIN.name}`,
    `admin_password = ${MLFLOW_ADMIN.password}`,
    // Hashing a password for every request would be most of a test's time.
    'auth_cache_ttl_seconds = 60',
    'authorization_function = mlflow.server.auth:authenticate_request_basic_auth',
  ];
  await writeFile(settings, `${lines.join('\n')}\n`);
  return {
    ...process.env,
    PYTHONPATH: packages,
    MLFLOW_AUTH_CONFIG_PATH: settings,
    MLFLOW_FLASK_SERVER_SECRET_KEY: 'of a test',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  };
}

function serverArguments(folder: string, uri: string): string[] {
  const { hostname, port } = new URL(uri);
  const stores = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`, '--artifacts-destination', join(folder, 'artifacts')];
  return ['-m', 'mlflow', 'server', '--app-name', 'basic-auth', ...stores, '--host', hostname, '--port', port, '--workers', '1'];
}

async function request<T>(uri: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${uri}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${MLFLOW_ADMIN.name}:${MLFLOW_ADMIN.password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text += String(chunk);
    });
  return () => text.slice(-4000);
}

async function waitUntilUp(uri: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`mlflow server ended with code ${child.exitCode}: ${output()}`);
    const isUp = await fetch(`${uri}/health`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > deadline) {
      await stopGroup(child);
      throw new Error(`mlflow server did not answer at ${uri} within ${START_TIMEOUT_MS / 1000} s: ${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The server has worker processes of its own: its group is ended as one. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-(child.pid as number), 'SIGKILL');
  await ended;
}
