import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { describeBuildOf } from '../../infra/build-info.js';
import { buildInfoSchema, describeBuild } from '../../pipeline/build-info.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-build-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: { zod: '4.0.0' } }));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: { 'node_modules/zod': { version: '4.6.7' } } }));
});
afterEach(async () => rm(folder, { recursive: true }));

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

test('a clean clone is known by its commit, a changed one is called dirty', async () => {
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  const commit = git('rev-parse', 'HEAD');
  const clean = await describeBuildOf(folder, {});
  assert.deepEqual(clean, { schema: 'ares.build', commit, dirty: false, node: process.version, packages: { zod: '4.6.7' } });
  assert.equal(describeBuild(clean), `commit ${commit}`);
  await writeFile(join(folder, 'more.ts'), '');
  const dirty = await describeBuildOf(folder, {});
  assert.equal(dirty.dirty, true);
  assert.match(describeBuild(dirty), /with uncommitted changes/);
});

test('outside git the commit is the one that the builder names, else unknown', async () => {
  assert.equal((await describeBuildOf(folder, { ARES_BUILD_COMMIT: 'abc123' })).commit, 'abc123');
  const unknown = buildInfoSchema.parse(await describeBuildOf(folder, {}));
  assert.equal(unknown.commit, null);
  assert.match(describeBuild(unknown), /unknown commit/);
});

test('a dependency that the lockfile lacks is refused by name', async () => {
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: {} }));
  await assert.rejects(describeBuildOf(folder, {}), /expected package zod/);
});
