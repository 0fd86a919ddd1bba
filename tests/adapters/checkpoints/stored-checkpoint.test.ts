import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { openCheckpoint, partCheckpoints } from '../../../adapters/checkpoints/index.js';
import type { StoredCheckpoint } from '../../../adapters/checkpoints/index.js';
import { openObjectStore, sha256Hex } from '../../../adapters/object-store/index.js';
import type { ObjectStore } from '../../../adapters/object-store/index.js';
import { makeStepOutputs } from '../../../adapters/step-files/index.js';
import type { StagingOutputs } from '../../../adapters/step-files/index.js';
import { startFaultProxy, startS3Server } from '../../support/s3-server.js';
import type { TestS3Server } from '../../support/s3-server.js';

const EVERY_MS = 1000;

let server: TestS3Server;
let store: ObjectStore;
let now = 0;
let key = 0;
let task = 0;
const computed: string[] = [];
const dropped: string[] = [];

before(async () => {
  server = await startS3Server();
  store = openObjectStore({ url: 's3://checkpoints/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
  await store.ensureBucket();
});
after(async () => {
  store.close();
  await server.stop();
});
beforeEach(() => {
  now = 0;
  key += 1;
  computed.length = 0;
  dropped.length = 0;
});

const prefix = (): string => `checkpoints/key${key}/shared/`;
const files = async (): Promise<string[]> => (await store.list(prefix())).map((object) => object.key);
const onDisk = (path: string): string => join(server.folder, 'checkpoints', 'test', path);

/** A new attempt at the same work, in a staging folder of its own. */
function attempt(over: { store?: ObjectStore } = {}): StoredCheckpoint & { outputs: StagingOutputs; folder: string } {
  const folder = join(server.scratch, `task-${task++}`);
  const outputs = makeStepOutputs(folder);
  const checkpoint = openCheckpoint({
    store: over.store ?? store,
    plan: { key: `key${key}`, prefix: prefix(), everyMs: EVERY_MS },
    outputs,
    clock: () => now,
    onPart: async (name) => void computed.push(name),
    onDropped: async (path, problem) => void dropped.push(`${path}: ${problem}`),
  });
  return { ...checkpoint, outputs, folder };
}

/** A part that takes some time. */
function slow<T>(ms: number, value: T): () => T {
  return () => {
    now += ms;
    return value;
  };
}

const never = (): never => {
  throw new Error('a finished part was computed again');
};

test('parts that end within the interval write nothing, and the part that ends after it writes all of them as one object', async () => {
  const first = attempt();
  await first.once('a', slow(400, 1));
  await first.once('b', slow(500, 2));
  assert.deepEqual(await files(), []);
  assert.equal(first.state(), null);
  await first.once('c', slow(100, 3));
  assert.equal((await files()).length, 1);
  assert.deepEqual(first.state(), { parts: 3, uri: `s3://checkpoints/test/${prefix()}` });
  const second = attempt();
  assert.deepEqual([await second.once('a', never), await second.once('b', never), await second.once('c', never)], [1, 2, 3]);
  assert.deepEqual(computed, ['a', 'b', 'c']);
});

test('a write holds the new parts alone', async () => {
  const big = new Float64Array(50_000).fill(0.1);
  const first = attempt();
  await first.once('big', slow(EVERY_MS, big));
  const [one] = await store.list(prefix());
  await first.once('small', slow(EVERY_MS, 1));
  const small = (await store.list(prefix())).find((object) => object.key !== one!.key)!;
  assert.ok(one!.bytes > 400_000 && small.bytes < 1000, `${one!.bytes} and ${small.bytes} bytes`);
});

test('values come back to the bit: typed arrays, NaN, minus zero, maps, undefined, views of a pooled buffer', async () => {
  const value = {
    doubles: Float64Array.from([Number.NaN, -0, 1 / 3]).subarray(1),
    integers: Int32Array.from([-1, 2]),
    pooled: Buffer.from('model text'),
    map: new Map([['x', { table: { rowCount: 1, columns: { a: Float32Array.from([0.1]), b: ['text'] } } }]]),
    nothing: undefined,
  };
  await attempt().once('value', slow(EVERY_MS, value));
  assert.deepStrictEqual(await attempt().once('value', never), value);
});

test('a finished part makes those within it superfluous', async () => {
  const first = attempt();
  await first.once('outer', async () => {
    await first.once('outer/inner', slow(10, 'i'));
    return slow(EVERY_MS, 'o')();
  });
  assert.equal(first.state()?.parts, 1);
});

for (const [kind, harm] of [
  [
    'with one changed byte',
    async (path: string) =>
      writeFile(
        path,
        (await readFile(path)).map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
      ),
  ],
  ['cut short', async (path: string) => truncate(path, 7)],
  ['emptied', async (path: string) => truncate(path, 0)],
] as const) {
  test(`an object ${kind} is dropped and said so; its parts are computed again, those of other objects are not`, async () => {
    const first = attempt();
    await first.once('a', slow(EVERY_MS, 'old'));
    const [harmed] = await files();
    await first.once('b', slow(EVERY_MS, 'kept'));
    await harm(onDisk(harmed!));
    computed.length = 0;
    const second = attempt();
    assert.equal(await second.once('a', slow(EVERY_MS, 'old')), 'old');
    assert.equal(await second.once('b', never), 'kept');
    assert.deepEqual(computed, ['a']);
    assert.equal(dropped.length, 1);
    assert.match(dropped[0]!, new RegExp(`^${harmed}: expected sha256 [0-9a-f]{64}, found`));
    assert.ok(!(await files()).includes(harmed!), 'the damaged object is gone');
  });
}

test('two attempts that overlap write without harm, and a third finds the parts of both', async () => {
  const [left, right] = [attempt(), attempt()];
  for (const name of ['a', 'b', 'c'])
    await Promise.all([left.once(name, slow(EVERY_MS, `value of ${name}`)), right.once(name, slow(EVERY_MS, `value of ${name}`))]);
  await right.once('d', slow(EVERY_MS, 'value of d'));
  const third = attempt();
  for (const name of ['a', 'b', 'c', 'd']) assert.equal(await third.once(name, never), `value of ${name}`);
  assert.deepEqual(dropped, []);
});

test('of the states of a name the newest two stay, the newest is given back, and the one before it where that is damaged', async () => {
  const first = attempt();
  assert.equal(await first.latest('net'), null);
  const paths: string[] = [];
  for (const epoch of [1, 2, 3, 4]) {
    now += EVERY_MS;
    await first.keep('net', { epoch, weights: Float32Array.from([epoch, 0.1]) });
    paths.push((await files()).find((path) => !paths.includes(path))!);
  }
  assert.deepEqual((await files()).sort(), paths.slice(2).sort());
  assert.deepEqual(computed, ['net#1', 'net#2', 'net#3', 'net#4']);
  assert.deepStrictEqual(await attempt().latest('net'), { epoch: 4, weights: Float32Array.from([4, 0.1]) });
  await truncate(onDisk(paths[3]!), 20);
  const second = attempt();
  assert.equal((await second.latest<{ epoch: number }>('net'))?.epoch, 3);
  await second.keep('net', { epoch: 4 });
  assert.equal(computed.at(-1), 'net#4');
  assert.equal(await second.latest('other'), null);
});

test('a state that is kept within the interval is not written', async () => {
  const first = attempt();
  now += EVERY_MS - 1;
  await first.keep('net', 1);
  assert.deepEqual(await files(), []);
});

test('artifacts of a part are staged again by a later attempt, with the same bytes', async () => {
  const first = attempt();
  const write = async (): Promise<number> => {
    await first.outputs.json('day/1', 'test', { rows: 7 });
    return slow(EVERY_MS, 7)();
  };
  await first.once('day 1', write, ['day/1']);
  const second = attempt();
  assert.equal(await second.once('day 1', never, ['day/1']), 7);
  const [staged] = second.outputs.staged();
  assert.deepEqual([staged!.name, staged!.kind, staged!.schema], ['day/1', 'json', 'test']);
  assert.equal(await readFile(staged!.path, 'utf8'), '{"rows":7}');
  assert.ok(staged!.path.startsWith(second.folder));
});

test('a part whose artifact is gone from the store, or damaged there, is computed again', async () => {
  const bare = openObjectStore({ url: store.url, env: server.env, cacheFolder: join(server.scratch, 'empty-cache') });
  for (const harm of [async (path: string) => store.remove(path), async (path: string) => truncate(onDisk(path), 3)]) {
    key += 1;
    const first = attempt();
    await first.once('day', async () => first.outputs.json('day', 'test', { key, harmed: true }).then(slow(EVERY_MS, 1)), ['day']);
    await harm(`objects/${sha256Hex(Buffer.from(`{"harmed":true,"key":${key}}`))}`);
    computed.length = 0;
    dropped.length = 0;
    const second = attempt({ store: bare });
    await second.once('day', async () => second.outputs.json('day', 'test', { key, harmed: true }).then(() => 1), ['day']);
    assert.deepEqual(computed, ['day']);
    assert.equal(dropped.length, 1);
    assert.equal(second.outputs.staged().length, 1);
  }
  bare.close();
});

test('the same name twice in one attempt is an IntegrityError', async () => {
  const first = attempt();
  await first.once('a', () => 1);
  await assert.rejects(
    first.once('a', () => 2),
    { name: 'IntegrityError', message: /part a twice/ },
  );
});

test('a store that refuses the write fails the part that is due, and the next attempt goes on from the last write', async () => {
  const proxy = await startFaultProxy(server.env.AWS_ENDPOINT_URL_S3, () => 'pass');
  const shaky = openObjectStore({ url: store.url, env: { ...server.env, AWS_ENDPOINT_URL_S3: proxy.endpoint }, cacheFolder: join(server.scratch, 'shaky') });
  try {
    const first = attempt({ store: shaky });
    await first.once('a', slow(EVERY_MS, 1));
    proxy.setRule(() => 'denied');
    await assert.rejects(first.once('b', slow(EVERY_MS, 2)), { name: 'AccessDenied' });
  } finally {
    shaky.close();
    await proxy.stop();
  }
  computed.length = 0;
  const second = attempt();
  await second.once('a', never);
  await second.once('b', slow(EVERY_MS, 2));
  assert.deepEqual(computed, ['b']);
});

test('a checkpoint is over when its newest object is old, or, unless a run computes again, when its key has a result', () => {
  const object = (path: string, modifiedMs: number): { key: string; bytes: number; modifiedMs: number } => ({
    key: `checkpoints/${path}`,
    bytes: 1,
    modifiedMs,
  });
  const objects = [
    object('long/shared/part-1', 10),
    object('long/shared/part-2', 200),
    object('left/shared/part-1', 10),
    object('done/shared/part-1', 200),
    object('done/run-7/part-1', 200),
  ];
  const { stale, live } = partCheckpoints(objects, { beforeMs: 100, finishedKeys: new Set(['done']) });
  assert.deepEqual(
    stale.map(({ key: path }) => path),
    ['checkpoints/left/shared/part-1', 'checkpoints/done/shared/part-1'],
  );
  assert.deepEqual(
    live.map(({ key: path }) => path),
    ['checkpoints/long/shared/part-1', 'checkpoints/long/shared/part-2', 'checkpoints/done/run-7/part-1'],
  );
});
