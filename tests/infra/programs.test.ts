import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { ensureProgram, findProgram, programFolder } from '../../infra/programs.js';
import type { Program } from '../../infra/programs.js';
import { runCommand } from '../../infra/run-command.js';

const SCRIPT = '#!/bin/sh\necho hello\n';
const kept = { PATH: process.env['PATH'], ARES_CACHE: process.env['ARES_CACHE'] };
let folder = '';
let server: Server;
let archive: { url: string; sha256: string };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-programs-'));
  await writeFile(join(folder, 'temporal'), SCRIPT);
  await runCommand('tar', ['-czf', 'a.tar.gz', 'temporal'], { cwd: folder });
  const bytes = await readFile(join(folder, 'a.tar.gz'));
  server = createServer((request, response) => (request.url === '/a.tar.gz' ? response.end(bytes) : response.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  archive = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.tar.gz`, sha256: createHash('sha256').update(bytes).digest('hex') };
});
beforeEach(async () => {
  process.env['ARES_CACHE'] = await mkdtemp(join(folder, 'cache-'));
  // No Go, no temporal: only what tar and sh need.
  process.env['PATH'] = '/usr/bin:/bin';
});
after(async () => {
  server.close();
  Object.assign(process.env, kept);
  if (kept.ARES_CACHE === undefined) delete process.env['ARES_CACHE'];
  await rm(folder, { recursive: true, force: true });
});

function program(parts: Partial<Program> = {}): Program {
  return { name: 'temporal', version: '0.0.1', module: 'example.invalid/none', archive, ...parts };
}

test('a program on PATH is taken before anything else', async () => {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'temporal'), SCRIPT);
  await chmod(join(bin, 'temporal'), 0o755);
  process.env['PATH'] = `${bin}:/usr/bin:/bin`;
  assert.deepEqual(await ensureProgram(program()), { path: join(bin, 'temporal'), origin: 'PATH' });
});

test('a missing program is downloaded once, checked, and found in the cache from then on', async () => {
  assert.equal(await findProgram(program()), null);
  const { path, origin } = await ensureProgram(program());
  assert.equal(origin, 'cache');
  assert.equal((await runCommand(path, [])).stdout, 'hello\n');
  assert.deepEqual(await findProgram(program({ archive: { url: 'http://127.0.0.1:1/', sha256: '' } })), { path, origin: 'cache' });
});

test('two set-ups at once end with one program', async () => {
  const both = await Promise.all([ensureProgram(program()), ensureProgram(program())]);
  assert.equal(both[0].path, both[1].path);
  assert.equal((await runCommand(both[0].path, [])).stdout, 'hello\n');
});

test('a download of another hash is not kept, and the error says what was tried', async () => {
  const wrong = program({ archive: { ...archive, sha256: '0'.repeat(64) } });
  await assert.rejects(ensureProgram(wrong), /expected sha256 0{64} .* found [0-9a-f]{64}[\s\S]*Go is not installed/);
  assert.equal(await findProgram(wrong), null);
});

test('a server that does not have the archive is named in the error', async () => {
  await assert.rejects(ensureProgram(program({ archive: { ...archive, url: archive.url.replace('a.tar', 'b.tar') } })), /answered 404/);
});

test('a program in the cache that was changed is refused with both hashes', async () => {
  const { path } = await ensureProgram(program());
  await writeFile(path, `${SCRIPT}echo more\n`);
  await assert.rejects(
    findProgram(program()),
    new RegExp(`expected sha256 [0-9a-f]{64} of .*, found [0-9a-f]{64}; delete the folder ${programFolder(program())}`),
  );
});
