import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { makeBundleArchive } from '../../../adapters/bundle-archive/index.js';
import { sha256Hex } from '../../../adapters/object-store/index.js';

const archive = makeBundleArchive();
const files = {
  'models/BULL/lightgbm.txt': new TextEncoder().encode('tree\n'.repeat(500)),
  'manifest.json': new TextEncoder().encode('{}'),
  empty: new Uint8Array(0),
};

test('files come back as they were, by name', async () => {
  assert.deepEqual(await archive.unpack(await archive.pack(files)), files);
});

test('any files survive a round trip', async () => {
  const name = fc.stringMatching(/^[a-z0-9_.-]{1,8}(\/[a-z0-9_-]{1,8}){0,2}$/).filter((text) => !text.split('/').some((part) => part === '.' || part === '..'));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), { maxKeys: 6 }), async (found) => {
      const unpacked = await archive.unpack(await archive.pack(found));
      assert.deepEqual(Object.keys(unpacked).sort(), Object.keys(found).sort());
      for (const [key, bytes] of Object.entries(found)) assert.deepEqual(unpacked[key], bytes);
    }),
    { numRuns: 50, seed: 3 },
  );
});

test('the bytes depend on contents only: not on the order of names, the clock or the time zone', async () => {
  const packed = await archive.pack(files);
  assert.deepEqual(await archive.pack(Object.fromEntries(Object.entries(files).reverse())), packed);
  const module = pathToFileURL(join(import.meta.dirname, '../../../adapters/bundle-archive/index.js')).href;
  const script = `import { makeBundleArchive } from '${module}'; import { createHash } from 'node:crypto';
    const files = { 'models/BULL/lightgbm.txt': new TextEncoder().encode('tree\\n'.repeat(500)), 'manifest.json': new TextEncoder().encode('{}'), empty: new Uint8Array(0) };
    console.log(createHash('sha256').update(await makeBundleArchive().pack(files)).digest('hex'));`;
  const zones = ['Pacific/Kiritimati', 'America/Los_Angeles'];
  const hashes = zones.map((zone) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ: zone } })
      .toString()
      .trim(),
  );
  assert.deepEqual(
    hashes,
    zones.map(() => sha256Hex(packed)),
  );
});

test('any flipped bit of a member is an IntegrityError that names it', async () => {
  const packed = await archive.pack(files);
  const at = Buffer.from(packed).indexOf('tree\n') + 700;
  packed[at]! ^= 4;
  await assert.rejects(
    archive.unpack(packed),
    (error: Error) => error.name === 'IntegrityError' && error.message.includes('models/BULL/lightgbm.txt') && error.message.includes('CRC-32'),
  );
});

test('a truncated archive and bytes that are none are IntegrityErrors', async () => {
  const packed = await archive.pack(files);
  for (const bytes of [packed.subarray(0, packed.length - 30), new TextEncoder().encode('not a zip'), new Uint8Array(0)]) {
    await assert.rejects(archive.unpack(bytes), { name: 'IntegrityError' });
  }
});

test('the archive opens in an unzip of another author', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ares-zip-'));
  await writeFile(join(folder, 'bundle.zip'), await archive.pack(files));
  execFileSync('python3', ['-c', `import zipfile; z = zipfile.ZipFile('bundle.zip'); assert z.testzip() is None; z.extractall('.')`], { cwd: folder });
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'models/BULL/lightgbm.txt'))), files['models/BULL/lightgbm.txt']);
  await rm(folder, { recursive: true });
});
