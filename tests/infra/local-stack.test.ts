import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { profilePath } from '../../adapters/local-paths.js';
import { readLocalProfile } from '../../adapters/local-profile.js';
import { startLocalStack, stopRecordedStack } from '../../infra/local-stack.js';
import type { LocalStack } from '../../infra/local-stack.js';
import { isRunning } from '../../infra/process-identity.js';
import { TEMPORAL, ensureProgram } from '../../infra/programs.js';
import { runCommand } from '../../infra/run-command.js';
import { SEARCH_ATTRIBUTE_TYPES } from '../../pipeline/search-attributes.js';

const SETTINGS = ['ARES_STATE', 'ARES_STORE', 'TEMPORAL_ADDRESS', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'] as const;
const kept = Object.fromEntries(SETTINGS.map((name) => [name, process.env[name]]));
const stacks: LocalStack[] = [];
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-local-stack-'));
});
beforeEach(async () => {
  for (const name of SETTINGS) delete process.env[name];
  process.env['ARES_STATE'] = await mkdtemp(join(folder, 'state-'));
});
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.stop({ now: true });
  await stopRecordedStack();
});
after(async () => {
  for (const name of SETTINGS)
    if (kept[name] === undefined) delete process.env[name];
    else process.env[name] = kept[name];
  await rm(folder, { recursive: true, force: true });
});

async function services(options: { keep?: boolean } = {}): Promise<LocalStack> {
  const stack = await startLocalStack({ ...options, worker: false });
  stacks.push(stack);
  return stack;
}

async function occupy(port: number): Promise<Server | null> {
  const server = createServer();
  return await new Promise((resolve) => server.once('error', () => resolve(null)).listen(port, '127.0.0.1', () => resolve(server)));
}

test('services come up, answer with our search attributes, and leave neither process nor profile', async () => {
  const stack = await services();
  assert.deepEqual(stack.started, ['versitygw', 'temporal']);
  const profile = readLocalProfile();
  assert.ok(profile?.temporal && profile.store);
  assert.equal((await stat(profilePath())).mode & 0o077, 0, 'others must not read the keys');
  const { path } = await ensureProgram(TEMPORAL);
  const list = await runCommand(path, ['operator', 'search-attribute', 'list', '--address', profile.temporal.address, '--output', 'json']);
  const { customAttributes } = JSON.parse(list.stdout) as { customAttributes: Record<string, string> };
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTE_TYPES)) assert.equal(customAttributes[name], `INDEXED_VALUE_TYPE_${type.toUpperCase()}`, name);
  assert.equal((await fetch(profile.temporal.ui)).status, 200);
  assert.equal((await fetch(profile.store.endpoint)).status, 403);
  await stack.stop();
  assert.equal(existsSync(profilePath()), false);
  assert.ok(!isRunning(profile.temporal.process) && !isRunning(profile.store.process));
});

test('a stack that is up is used by a second start, which stops nothing', async () => {
  const first = await services();
  const second = await services();
  assert.deepEqual(second.started, []);
  assert.deepEqual(second.environment, first.environment);
  await second.stop();
  const profile = readLocalProfile();
  assert.ok(profile?.temporal && isRunning(profile.temporal.process));
});

test('a part that died is started again, the other one stays', async () => {
  await services({ keep: true });
  const before = readLocalProfile();
  assert.ok(before?.store && before.temporal);
  process.kill(before.store.process.pid, 'SIGKILL');
  while (isRunning(before.store.process)) await new Promise((resolve) => setTimeout(resolve, 20));
  const again = await services({ keep: true });
  assert.deepEqual(again.started, ['versitygw']);
  assert.equal(again.environment['TEMPORAL_ADDRESS'], before.temporal.address);
  assert.equal(again.environment['AWS_SECRET_ACCESS_KEY'], before.store.secretAccessKey);
});

test('keep leaves the stack up, and stopping the recorded stack ends it', async () => {
  const stack = await services({ keep: true });
  await stack.stop();
  const profile = readLocalProfile();
  assert.ok(profile?.store && isRunning(profile.store.process) && profile.owner === null);
  assert.deepEqual(await stopRecordedStack(), ['temporal', 'store']);
  assert.equal(readLocalProfile(), null);
  assert.equal(isRunning(profile.store.process), false);
});

test('taken ports are left alone', async () => {
  const taken = (await Promise.all([7233, 8233, 7070].map(occupy))).filter((server) => server !== null);
  try {
    const { environment } = await services();
    for (const name of ['TEMPORAL_ADDRESS', 'ARES_UI', 'AWS_ENDPOINT_URL_S3']) assert.doesNotMatch(String(environment[name]), /:(7233|8233|7070)$/);
  } finally {
    for (const server of taken) server.close();
  }
});

test('an address in the environment is used, and one that does not answer is an error that names it', async () => {
  const own = await services();
  const elsewhere = String(own.environment['TEMPORAL_ADDRESS']);
  process.env['ARES_STATE'] = await mkdtemp(join(folder, 'state-'));
  process.env['TEMPORAL_ADDRESS'] = elsewhere;
  const stack = await services();
  assert.deepEqual(stack.started, ['versitygw']);
  assert.equal(stack.environment['TEMPORAL_ADDRESS'], elsewhere);
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
  await assert.rejects(services(), /expected Temporal at 127\.0\.0\.1:1 \(TEMPORAL_ADDRESS\), found nothing/);
  delete process.env['TEMPORAL_ADDRESS'];
  process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:1';
  await assert.rejects(services(), /expected an S3 server at http:\/\/127\.0\.0\.1:1 \(AWS_ENDPOINT_URL_S3\), found nothing/);
});

test('a service that dies is reported with its log', async () => {
  const stack = await services();
  const profile = readLocalProfile();
  assert.ok(profile?.temporal);
  process.kill(profile.temporal.process.pid, 'SIGKILL');
  assert.match(await stack.failed, /temporal was ended by SIGKILL[\s\S]*temporal\.log/);
});
