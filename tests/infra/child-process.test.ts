import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitHealthy } from '../../infra/await-healthy.js';
import { startChild } from '../../infra/child-process.js';
import { isRunning, processIdentity } from '../../infra/process-identity.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-child-'));
});
after(async () => rm(folder, { recursive: true, force: true }));

function shell(name: string, script: string): Parameters<typeof startChild>[0] {
  return { name, command: '/bin/sh', args: ['-c', script], env: process.env, logPath: join(folder, `${name}.log`), keep: false };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await sleep(50);
  }
  assert.fail('the condition did not come true within 10 s');
}

test('a process is known by its id and its start time', () => {
  const self = processIdentity(process.pid);
  assert.ok(self !== null && isRunning(self));
  assert.equal(isRunning({ pid: process.pid, startTicks: '1' }), false);
  assert.equal(processIdentity(2 ** 22 + 1), null);
});

test('stopping a child ends its own children too, also when it ignores SIGTERM', async () => {
  const child = await startChild(shell('stubborn', 'trap "" TERM; sleep 60 & echo $! ; while :; do sleep 1; done'));
  await until(async () => /^\d+\n/.test(await readFile(child.logPath, 'utf8')));
  const grandchild = processIdentity(Number((await readFile(child.logPath, 'utf8')).trim()));
  assert.ok(grandchild !== null);
  await child.stop(300);
  assert.equal(isRunning(child.identity), false);
  await until(() => !isRunning(grandchild));
  assert.equal(await child.ended, 'was ended by SIGKILL');
});

test('a child that ends before it is ready gives its log in the error', async () => {
  const child = await startChild(shell('early', 'echo the disk is on fire; exit 3'));
  await assert.rejects(
    awaitHealthy(child, async () => false, 5000),
    /early ended with code 3 before it was ready[\s\S]*the disk is on fire/,
  );
});

test('a child that never gets ready gives its log in the error after the time is over', async () => {
  const child = await startChild(shell('slow', 'echo still looking; sleep 60'));
  await assert.rejects(
    awaitHealthy(child, async () => false, 300),
    /slow was not ready within 0\.3 s[\s\S]*still looking/,
  );
  await child.stop();
});

test('a program that is not there is an error that names it', async () => {
  await assert.rejects(startChild({ ...shell('absent', ''), command: '/nowhere/program' }), /could not start absent \(\/nowhere\/program\)/);
});

test('children end when their parent is killed with kill -9', async () => {
  const module = new URL('../../infra/child-process.js', import.meta.url).href;
  const script = `
    const { startChild } = await import(${JSON.stringify(module)});
    const child = await startChild({ name: 'orphan', command: 'sleep', args: ['60'], env: process.env, logPath: ${JSON.stringify(join(folder, 'orphan.log'))}, keep: false });
    console.log(child.identity.pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (chunk) => resolve(Number(String(chunk)))));
  const orphan = processIdentity(pid);
  assert.ok(orphan !== null);
  parent.kill('SIGKILL');
  await until(() => !isRunning(orphan));
});
