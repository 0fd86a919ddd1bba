/** A real S3 server (versitygw over a temporary folder) for tests, with a second user who has no rights. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { programPath } from './programs.js';

export { startFaultProxy } from './fault-proxy.js';
export type { FaultProxy, FaultRule } from './fault-proxy.js';

const ROOT = { access: 'testaccess', secret: 'testsecret' };
const WEAK = { access: 'weakaccess', secret: 'weaksecret' };
const START_TIMEOUT_MS = 20_000;

/** Environment of an S3 client. */
export type S3Environment = Readonly<Record<'AWS_ENDPOINT_URL_S3' | 'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;

export interface TestS3Server {
  /** Of the owner. */
  readonly env: S3Environment;
  /** Of a user who exists and has no rights. */
  readonly weakEnv: S3Environment;
  /** Folder whose sub-folders are the buckets and whose files are the objects. */
  readonly folder: string;
  /** A folder for local caches and staging, gone after stop. */
  readonly scratch: string;
  /** Ends it at once, as kill -9 does; the objects stay. */
  kill(): Promise<void>;
  /** After kill: a server on the same port and folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on a free port. @throws Error with the server's output when it does not answer. */
export async function startS3Server(): Promise<TestS3Server> {
  const base = await mkdtemp(join(tmpdir(), 'ares-s3-test-'));
  const [folder, users, scratch] = [join(base, 'buckets'), join(base, 'users'), join(base, 'scratch')];
  for (const made of [folder, users, scratch]) await mkdir(made);
  const program = versitygwPath();
  const endpoint = `http://127.0.0.1:${await getPort()}`;
  const serve = async (): Promise<ChildProcess> => {
    const child = spawn(
      program,
      [
        '--port',
        new URL(endpoint).host,
        '--access',
        ROOT.access,
        '--secret',
        ROOT.secret,
        '--iam-dir',
        users,
        '--iam-cache-disable',
        '--quiet',
        'posix',
        folder,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await waitUntilUp(endpoint, child, collectOutput(child));
    return child;
  };
  let server = await serve();
  await runOnce(program, [
    'admin',
    '--endpoint-url',
    endpoint,
    '--access',
    ROOT.access,
    '--secret',
    ROOT.secret,
    'create-user',
    '--access',
    WEAK.access,
    '--secret',
    WEAK.secret,
    '--role',
    'user',
  ]);
  return {
    env: environment(endpoint, ROOT),
    weakEnv: environment(endpoint, WEAK),
    folder,
    scratch,
    kill: async () => {
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGKILL');
      await ended;
    },
    restart: async () => {
      server = await serve();
    },
    stop: async () => {
      await stopProcess(server);
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** $ARES_VERSITYGW, else the program that the test set-up put in place. */
function versitygwPath(): string {
  const given = process.env['ARES_VERSITYGW'];
  return given === undefined || given === '' ? programPath('versitygw') : given;
}

function environment(endpoint: string, user: { access: string; secret: string }): S3Environment {
  return { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: user.access, AWS_SECRET_ACCESS_KEY: user.secret };
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  return () => text;
}

async function waitUntilUp(endpoint: string, server: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`the S3 server ended with code ${server.exitCode}: ${output()}`);
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.kill();
  throw new Error(`the S3 server did not answer at ${endpoint} within ${START_TIMEOUT_MS} ms: ${output()}`);
}

async function runOnce(program: string, parameters: readonly string[]): Promise<void> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (code !== 0) throw new Error(`${parameters.slice(0, 1).join(' ')} of the S3 server ended with code ${code}: ${output()}`);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const stuck = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(stuck);
}
