import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { computeCodeHashes, computingVersions } from '../../infra/code-hashes.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { cloneRoot } from '../support/repository.js';

const VERSIONS = { koffi: '1.0.0' };
let parent = '';
before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ares-hashes-'));
});
after(async () => rm(parent, { recursive: true, force: true }));

/** A build of all steps: each step's function calls one core function; the first two share a file. */
async function plantBuild(changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(parent, 'build-'));
  const files: Record<string, string> = { 'core/shared.js': 'export const two = 2;\n', 'core/other.js': 'export const three = 3;\n' };
  STEPS.forEach((step, index) => {
    files[`activities/${step.id}.js`] =
      index < 2
        ? `import { two } from '../core/shared.js';\nexport const run = () => two + ${index};\n`
        : `import { three } from '../core/other.js';\nexport const run = () => three * ${index};\n`;
    for (const name of step.adapters) files[`adapters/${name}/index.js`] = `export const name = '${name}';\n`;
  });
  for (const [path, text] of Object.entries({ ...files, ...changes })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const [first, second, third] = STEPS;

test('every step has a hash of its own, the same in any folder', async () => {
  const hashes = await computeCodeHashes(await plantBuild(), VERSIONS);
  assert.deepEqual(
    Object.keys(hashes),
    STEPS.map((step) => step.id),
  );
  assert.equal(new Set(Object.values(hashes)).size, 16);
  assert.deepEqual(await computeCodeHashes(await plantBuild(), VERSIONS), hashes);
});

test('comments and line breaks leave the hash, code changes it in the steps that run it and in no other', async () => {
  const hashes = await computeCodeHashes(await plantBuild(), VERSIONS);
  const commented = { 'core/shared.js': '// a word\n/** another */\nexport const two =\n\n  2;\n//# sourceMappingURL=shared.js.map\n' };
  assert.deepEqual(await computeCodeHashes(await plantBuild(commented), VERSIONS), hashes);
  const changed = await computeCodeHashes(await plantBuild({ 'core/shared.js': 'export const two = 2.5;\n' }), VERSIONS);
  const differing = STEPS.filter((step) => changed[step.id] !== hashes[step.id]).map((step) => step.id);
  assert.deepEqual(differing, [first.id, second.id]);
});

test('an adapter counts in the steps that name it, a package version in all', async () => {
  const hashes = await computeCodeHashes(await plantBuild(), VERSIONS);
  const name = third.adapters[0] ?? 'tables';
  const adapted = await computeCodeHashes(await plantBuild({ [`adapters/${name}/index.js`]: 'export const name = 1;\n' }), VERSIONS);
  assert.deepEqual(
    STEPS.filter((step) => adapted[step.id] !== hashes[step.id]).map((step) => step.id),
    STEPS.filter((step) => (step.adapters as readonly string[]).includes(name)).map((step) => step.id),
  );
  const newer = await computeCodeHashes(await plantBuild(), { koffi: '1.0.1' });
  assert.ok(STEPS.every((step) => newer[step.id] !== hashes[step.id]));
});

test('a step without its file stops the build with its name', async () => {
  const folder = await plantBuild();
  await rm(join(folder, `activities/${third.id}.js`));
  await assert.rejects(computeCodeHashes(folder, VERSIONS), new RegExp(`step ${third.id} needs activities/${third.id}.js`));
});

test('an import that leads nowhere stops the build', async () => {
  await assert.rejects(computeCodeHashes(await plantBuild({ 'core/shared.js': "export { two } from './none.js';\n" }), VERSIONS), /none\.js/);
});

test('the versions of the computing packages come from the lockfile', async () => {
  const versions = await computingVersions(join(cloneRoot(), 'package-lock.json'));
  assert.match(String(versions['koffi']), /^\d+\.\d+\.\d+$/);
  const path = join(parent, 'package-lock.json');
  await writeFile(path, '{"packages":{}}');
  await assert.rejects(computingVersions(path), /expected package @duckdb\/node-api in .*package-lock\.json, found none/);
});
