/** A local stack of a test's own, started by the product's own command: own state folder, own ports, gone afterwards. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { profileEnvironment, readLocalProfile } from '../../adapters/local-profile.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import type { SideLogEntry } from '../../activities/side-log.js';

const READY_MS = 120_000;

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestStack {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly client: Client;
  readonly store: ObjectStore;
  readonly workerPid: number;
  /** Runs the `ares` command with this stack's environment. */
  ares(...args: readonly string[]): Promise<CommandResult>;
  /** Starts one more worker process; it is ended with the stack. */
  startWorker(env?: NodeJS.ProcessEnv): Promise<ChildProcess>;
  sideLog(): Promise<readonly SideLogEntry[]>;
  stop(): Promise<void>;
}

/** Path of a compiled file of the product, beside the compiled tests. */
export function productFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Starts Temporal, S3 and a worker through `ares stack` in a folder of its own (a given folder is kept). */
export async function startStack(options: { folder?: string; env?: NodeJS.ProcessEnv } = {}): Promise<TestStack> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'ares-stack-')));
  const sideLogPath = join(folder, 'side-log.jsonl');
  await appendFile(sideLogPath, '');
  const env: NodeJS.ProcessEnv = {
    ...withoutConnections(process.env),
    ARES_STATE: join(folder, 'state'),
    ARES_CACHE_DIR: join(folder, 'cache'),
    ARES_SIDE_LOG: sideLogPath,
    ...options.env,
  };
  const supervisor = spawn(process.execPath, [productFile('infra/stack.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const workers: ChildProcess[] = [];
  await ready(supervisor, env);
  const profile = readLocalProfile(env);
  if (profile?.temporal === undefined || profile.temporal === null || profile.store === null) throw new Error('the stack wrote no profile');
  const connected: NodeJS.ProcessEnv = { ...env, ...profileEnvironment(profile) };
  const connection = await Connection.connect({ address: profile.temporal.address });
  const store = openObjectStore({ url: 's3://ares/default', env: connected, cacheFolder: join(folder, 'test-cache') });
  return {
    folder,
    env: connected,
    client: new Client({ connection }),
    store,
    workerPid: await workerPid(env),
    ares: async (...args) => runCommand(process.execPath, [productFile('client/cli.js'), ...args], connected),
    startWorker: async (extra = {}) => {
      const worker = spawn(process.execPath, [productFile('worker/index.js')], { env: { ...connected, ...extra }, stdio: ['ignore', 'ignore', 'pipe'] });
      workers.push(worker);
      await lineOf(worker, /worker ready/);
      return worker;
    },
    sideLog: async () =>
      (await readFile(sideLogPath, 'utf8'))
        .split('\n')
        // What follows the last line break is nothing, or a line that is being written.
        .slice(0, -1)
        .map((line) => JSON.parse(line) as SideLogEntry),
    stop: async () => {
      store.close();
      await connection.close();
      await Promise.all([...workers, supervisor].map(endProcess));
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

async function workerPid(env: NodeJS.ProcessEnv): Promise<number> {
  const profile = readLocalProfile(env) as unknown as { worker: { pid?: number; process?: { pid: number } } | null } | null;
  const pid = profile?.worker?.pid ?? profile?.worker?.process?.pid;
  if (pid === undefined) throw new Error('the profile names no worker');
  return pid;
}

async function ready(supervisor: ChildProcess, env: NodeJS.ProcessEnv): Promise<void> {
  let text = '';
  const note = (chunk: unknown): void => {
    text += String(chunk);
  };
  supervisor.stdout?.on('data', note);
  supervisor.stderr?.on('data', note);
  const deadline = Date.now() + READY_MS;
  for (;;) {
    if (supervisor.exitCode !== null) throw new Error(`the stack ended with ${supervisor.exitCode}: ${text}`);
    if (readLocalProfile(env)?.worker != null && readLocalProfile(env)?.temporal != null) return;
    if (Date.now() > deadline) throw new Error(`the stack was not ready within ${READY_MS / 1000} s: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function lineOf(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      text += String(chunk);
      if (pattern.test(text)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`process ended with ${code}: ${text}`)));
  });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function withoutConnections(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(TEMPORAL_|AWS_|ARES_STORE|ARES_UI|ARES_STATE|NODE_TEST_CONTEXT)/.test(name)));
}
