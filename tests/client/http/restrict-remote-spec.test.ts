import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RemoteSpecPolicy } from '../../../client/http/remote-spec-policy.js';
import { DEFAULT_LIMITS, readRemoteSpecPolicy } from '../../../client/http/remote-spec-policy.js';
import type { RestrictedSpec } from '../../../client/http/restrict-remote-spec.js';
import { restrictRemoteSpec } from '../../../client/http/restrict-remote-spec.js';
import { runSpecSchema } from '../../../pipeline/config.js';
import { PRESETS, PRESET_NAMES } from '../../../pipeline/presets.js';

let folder = '';
let policy: RemoteSpecPolicy;
before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ares-roots-')));
  for (const name of ['market/eth', 'market-private', 'secret', '..hidden']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'market', 'file.csv'), 'x');
  await symlink(join(folder, 'secret'), join(folder, 'market', 'way-out'));
  await symlink(join(folder, 'market', 'eth'), join(folder, 'market', 'alias'));
  await symlink(join(folder, 'market'), join(folder, 'market-link'));
  policy = readRemoteSpecPolicy({ ARES_HTTP_ROOTS: `${join(folder, 'market-link')}:${join(folder, '..hidden')}` });
});
after(async () => rm(folder, { recursive: true, force: true }));

const files = async (path: string, change: object = {}): Promise<RestrictedSpec> => restrictRemoteSpec({ source: 'files', path, ...change }, policy);
const fields = (restricted: RestrictedSpec): string[] => (restricted.ok ? [] : restricted.problems.map(({ field }) => field));

test('folders below a root are let through as real paths, links inside it followed', async () => {
  for (const [given, real] of [
    ['market/eth', 'market/eth'],
    ['market', 'market'],
    ['market/alias', 'market/eth'],
    ['market-link/eth', 'market/eth'],
    ['market/eth/', 'market/eth'],
    ['..hidden', '..hidden'],
  ] as const) {
    const restricted = await files(`${folder}/${given}`);
    assert.ok(restricted.ok, given);
    assert.equal(restricted.input.path, join(folder, real));
    assert.equal(restricted.spec.path, join(folder, real));
  }
});

for (const [title, path] of [
  ['a folder outside', '%/secret'],
  ['the folder of all roots', '%'],
  ['the root of the disk', '/'],
  ['a folder whose name begins like a root', '%/market-private'],
  ['a way out by ..', '%/market/../secret'],
  ['a way through .. that ends inside', '%/market/eth/../eth'],
  ['a way out by a link', '%/market/way-out'],
  ['a folder behind a link that leads out', '%/market/way-out/x'],
  ['a folder that is not there', '%/market/none'],
  ['a file', '%/market/file.csv'],
  ['a relative path', 'market/eth'],
  ['a relative path with a dot', './market/eth'],
  ['.. encoded', '%/market/%2e%2e/secret'],
  ['.. encoded twice', '%/market/%252e%252e/secret'],
  ['a slash encoded', '%/market%2feth'],
  ['.. with backslashes', '%/market\\..\\secret'],
  ['.. in wide letters', '%/market/\u{ff0e}\u{ff0e}/secret'],
  ['two slashes', '%/market//eth'],
  ['a NUL', '%/market/eth\0/../../secret'],
  ['a line break', '%/market/eth\n'],
  ['a UNC path', '\\\\server\\share'],
  ['a UNC path with slashes', '//server/share'],
  ['a file URL', 'file://%/market/eth'],
  ['a file URL with one slash', 'file:%/market/eth'],
  ['an S3 address', 's3://other/prefix'],
  ['an HTTP address', 'http://169.254.169.254/latest/meta-data'],
  ['a home folder', '~/data'],
  ['a variable', '$HOME/data'],
  ['the process folder', '/proc/self/root'],
] as const) {
  test(`${title} is refused, with the field and the value`, async () => {
    const value = path.startsWith('%') ? `${folder}${path.slice(1)}` : path.replace('://%', `://${folder}`).replace('file:%', `file:${folder}`);
    const restricted = await files(value);
    assert.ok(!restricted.ok && restricted.reason === 'forbidden');
    assert.equal(restricted.problems.length, 1);
    assert.equal(restricted.problems[0]?.field, 'path');
    assert.equal(restricted.problems[0]?.found, JSON.stringify(value));
  });
}

test('the folder of a second source is held to the same roots: real inside, refused by its field outside, relative ones too', async () => {
  const second = async (path: string): Promise<RestrictedSpec> =>
    restrictRemoteSpec({ source: 'archive', market: 'perp', compareWith: { source: 'files', path } }, policy);
  const inside = await second(`${folder}/market/alias`);
  assert.ok(inside.ok);
  assert.equal(inside.spec.compareWith?.path, join(folder, 'market/eth'));
  assert.equal(inside.input.compareWith?.path, join(folder, 'market/eth'));
  assert.ok(runSpecSchema.safeParse(inside.input).success);
  for (const path of [`${folder}/secret`, 'secret', `${folder}/market/../secret`]) {
    const restricted = await second(path);
    assert.ok(!restricted.ok && restricted.reason === 'forbidden', path);
    assert.deepEqual(fields(restricted), ['compareWith.path'], path);
  }
});

test('a refusal tells nothing of the disk: one sentence for a folder outside, one that is not there, and a file', async () => {
  const details = await Promise.all(
    ['secret', 'no-such-folder', 'market/file.csv', 'market/way-out'].map(async (name) => {
      const restricted = await files(`${folder}/${name}`);
      return restricted.ok ? 'let through' : restricted.problems[0]?.detail;
    }),
  );
  assert.deepEqual(new Set(details), new Set(['expected a folder inside the allowed roots']));
});

test('without roots no folder may be named, not even one that is there', async () => {
  const restricted = await restrictRemoteSpec({ source: 'files', path: join(folder, 'market') }, readRemoteSpecPolicy({}));
  assert.ok(!restricted.ok);
  assert.match(String(restricted.problems[0]?.detail), /ARES_HTTP_ROOTS is empty/);
});

for (const [key, value] of [
  ['endpoint', 'http://127.0.0.1:9000'],
  ['store', 's3://other'],
  ['webhook', 'http://169.254.169.254/'],
  ['tracker', 'http://10.0.0.1'],
  ['__proto__x', 1],
] as const) {
  test(`the key ${key} is unknown to the schema and refused as such`, async () => {
    const restricted = await restrictRemoteSpec({ [key]: value }, policy);
    assert.ok(!restricted.ok && restricted.reason === 'invalid');
    assert.deepEqual(restricted.problems, [{ field: key, detail: 'unknown key', found: JSON.stringify(value) }]);
  });
}

for (const champion of ['../../other/1.0.0', 's3://other/1.0.0', '..', 'a/b', 'a\\b', '%2e%2e', 'http:internal', 'user@host', 'a\0b']) {
  test(`a champion ${JSON.stringify(champion)} is refused: it would become part of a key of the store`, async () => {
    const restricted = await restrictRemoteSpec({ champion }, policy);
    assert.ok(!restricted.ok && restricted.reason === 'forbidden');
    assert.deepEqual(fields(restricted), ['champion']);
  });
}

test('no key of the schema but path and the step names takes free text unseen by the search for addresses', async () => {
  const free = Object.entries(runSpecSchema.shape).filter(([key, member]) => key !== 'path' && member.safeParse('s3://other/../prefix').success);
  assert.deepEqual(
    free.map(([key]) => key),
    ['champion'],
  );
  assert.deepEqual(fields(await restrictRemoteSpec({ champion: '1.2.0', from: '2024-01-01T00:00:00+02:00', to: '2024-01-05' }, policy)), []);
});

test('an unknown step to refresh is refused', async () => {
  assert.deepEqual(fields(await restrictRemoteSpec({ cache: { refresh: ['saving', '../x'] } }, policy)), ['cache.refresh']);
});

test('every preset fits into the default limits', async () => {
  for (const preset of PRESET_NAMES) assert.ok((await restrictRemoteSpec({ preset }, policy)).ok, preset);
});

for (const [field, spec] of [
  ['retentionDays', { retentionDays: 1101 }],
  ['retentionDays', { from: '2000-01-01', to: '2024-01-01', simulation: { tradesPerMinute: 1 } }],
  ['maxTrials', { maxTrials: 201 }],
  ['walkForwardWindows', { walkForwardWindows: 51 }],
  ['bootstrapPaths', { bootstrapPaths: 20_001 }],
  ['simulation.totalTrades', { simulation: { totalTrades: 100_000_001 } }],
  ['simulation.totalTrades', { preset: 'production', simulation: { tradesPerMinute: 1000 } }],
  ['labels', { labels: { takeProfit: Array.from({ length: 101 }, (_, i) => 1 + i), stopLoss: [1], holdingBars: [4] } }],
] as const) {
  test(`${JSON.stringify(spec).slice(0, 70)} is more than a remote caller may ask for`, async () => {
    const restricted = await restrictRemoteSpec(spec, policy);
    assert.ok(!restricted.ok && restricted.reason === 'forbidden');
    assert.deepEqual(fields(restricted), [field]);
  });
}

test('files from a date without an end have no bound and are refused; with an end they are measured', async () => {
  const path = join(folder, 'market', 'eth');
  assert.deepEqual(fields(await files(path, { from: '2020-01-01' })), ['to']);
  assert.deepEqual(fields(await files(path, { from: '2020-01-01', to: '2020-02-01' })), []);
  assert.deepEqual(fields(await files(path, { from: '2010-01-01', to: '2020-02-01' })), ['retentionDays']);
});

test('limits are set by name, and a preset beyond one is refused too', async () => {
  const narrow = readRemoteSpecPolicy({ ARES_HTTP_LIMITS: 'retentionDays=30, maxTrials=2' });
  assert.deepEqual(narrow.limits, { ...DEFAULT_LIMITS, retentionDays: 30, maxTrials: 2 });
  assert.deepEqual(fields(await restrictRemoteSpec({ preset: 'dev' }, narrow)), ['maxTrials']);
  assert.deepEqual(fields(await restrictRemoteSpec({ preset: 'quick-test' }, narrow)), []);
  assert.ok(PRESETS.dev.maxTrials > 2);
});

for (const [title, env, expected] of [
  ['a relative root', { ARES_HTTP_ROOTS: 'data' }, /ARES_HTTP_ROOTS: expected absolute folders, found "data"/],
  ['a root that is not there', { ARES_HTTP_ROOTS: '/no/such/folder' }, /expected folders that are there, found "\/no\/such\/folder"/],
  ['an unknown limit', { ARES_HTTP_LIMITS: 'trials=3' }, /ARES_HTTP_LIMITS: expected one of retentionDays, .*found "trials"/],
  ['a limit that is no number', { ARES_HTTP_LIMITS: 'maxTrials=many' }, /maxTrials: expected a whole number from 1, found "many"/],
] as const) {
  test(`${title} is refused when the policy is read`, () => assert.throws(() => readRemoteSpecPolicy(env), expected));
}

test('what was asked for stays as it was written: defaults are left to the run', async () => {
  const restricted = await restrictRemoteSpec({ symbol: 'BTCUSDT' }, policy);
  assert.ok(restricted.ok);
  assert.deepEqual(restricted.input, { symbol: 'BTCUSDT' });
  assert.equal(restricted.spec.preset, 'quick-test');
});
