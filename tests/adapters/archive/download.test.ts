import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { InvalidData } from '../../../core/errors.js';
import { PipelineError } from '../../../pipeline/errors.js';
import { sha256Of } from '../../support/archive-server.js';
import {
  cachedFiles,
  DAY_MS,
  FROM_MS,
  idsOf,
  oneTo,
  PATIENCE,
  putDays,
  readDays,
  startArchiveRig,
  tradesPath,
  tradesQuery,
  tradesText,
} from '../../support/archive-rig.js';

const MINUTES = 1440;
const isNamed = (name: string, message: RegExp) => (error: unknown) =>
  (error instanceof PipelineError && error.name === name && message.test(error.message)) || assert.fail(String(error));

test('a second run asks for checksums alone and downloads nothing, and a deleted day comes back with the same hash (C12, C16)', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 3);
  const query = tradesQuery(3);
  const first = makeSource();
  const found = await first.find(query);
  assert.deepEqual(idsOf(await readDays(first, query, found)), oneTo(3 * MINUTES));
  // A day: its checksum, its size, its bytes; and one question for the month's funding, which is not there.
  assert.deepEqual([first.counts().downloads, first.counts().requests], [3, 3 * 3 + 1]);
  assert.equal(
    first.counts().bytes,
    found.files.reduce((sum, file) => sum + file.bytes, 0),
  );

  const second = makeSource();
  assert.deepEqual(await second.find(query), found);
  assert.deepEqual(idsOf(await readDays(second, query, found)), oneTo(3 * MINUTES));
  assert.deepEqual(second.counts(), { requests: 3 + 1, downloads: 0, bytes: 0 });

  const [day] = await cachedFiles(cacheFolder, 'ETHUSDT-trades-2024-03-02.zip');
  const before = await readFile(day!);
  await rm(day!);
  const third = makeSource();
  await readDays(third, query, found);
  assert.equal(third.counts().downloads, 1);
  assert.equal(sha256Of(await readFile(day!)), sha256Of(before));
});

test('a copy damaged on disk is fetched again', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 1);
  const found = await makeSource().find(tradesQuery(1));
  await readDays(makeSource(), tradesQuery(1), found);
  const [path] = await cachedFiles(cacheFolder, '.zip');
  await writeFile(path!, 'not the archive');
  assert.deepEqual(idsOf(await readDays(makeSource(), tradesQuery(1), found)), oneTo(MINUTES));
  assert.equal(sha256Of(await readFile(path!)), found.files[0]!.sha256);
});

test('a connection cut again and again goes on where it stopped: every byte comes once', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 1, 1000);
  const source = makeSource();
  const found = await source.find(tradesQuery(1));
  const size = found.files[0]!.bytes;
  const piece = Math.ceil(size / 7);
  server.setFault(({ method, path }) => (method === 'GET' && path.endsWith('.zip') ? { kind: 'cut', after: piece } : { kind: 'pass' }));
  assert.deepEqual(idsOf(await readDays(source, tradesQuery(1), found)), oneTo(86_400));
  assert.equal(source.counts().bytes, size);
  const ranges = server.requests.filter(({ range }) => range !== undefined);
  assert.ok(ranges.length >= 6, 'more attempts than the four without a byte, since each of them brought some');
  assert.deepEqual(await cachedFiles(cacheFolder, '.part'), []);
});

test('a server without ranges begins anew, and the bytes before do not stay', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 1, 1000);
  const source = makeSource();
  const found = await source.find(tradesQuery(1));
  const size = found.files[0]!.bytes;
  server.setFault(({ path, method, turn }) => {
    if (method !== 'GET' || !path.endsWith('.zip')) return { kind: 'pass' };
    return turn === 1 ? { kind: 'cut', after: Math.floor(size / 2) } : { kind: 'whole' };
  });
  assert.deepEqual(idsOf(await readDays(source, tradesQuery(1), found)), oneTo(86_400));
  assert.ok(source.counts().bytes > size && source.counts().bytes <= 1.5 * size, `${source.counts().bytes} bytes for ${size}`);
});

test('an answer that states too small a length, or falls silent, is completed by a range', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 2);
  const source = makeSource({ patience: { ...PATIENCE, silentMs: 1000 } });
  const found = await source.find(tradesQuery(2));
  server.setFault(({ path, method, turn }) => {
    if (method !== 'GET' || !path.endsWith('.zip') || turn > 1) return { kind: 'pass' };
    return path.endsWith('01.zip') ? { kind: 'short', length: 500 } : { kind: 'silent', after: 700 };
  });
  assert.deepEqual(idsOf(await readDays(source, tradesQuery(2), found)), oneTo(2 * MINUTES));
  assert.equal(
    source.counts().bytes,
    found.files.reduce((sum, file) => sum + file.bytes, 0),
  );
});

test('429 is waited out as Retry-After says, by every download', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 4);
  const source = makeSource();
  const found = await source.find(tradesQuery(4));
  let firstMs = 0;
  const laterMs: number[] = [];
  server.setFault(({ path, turn }) => {
    if (path.endsWith('01.zip') && turn === 1) {
      firstMs = Date.now();
      return { kind: 'status', status: 429, retryAfter: '1' };
    }
    if (path.endsWith('01.zip')) laterMs.push(Date.now());
    return { kind: 'pass' };
  });
  assert.deepEqual(idsOf(await readDays(source, tradesQuery(4), found)), oneTo(4 * MINUTES));
  assert.ok(laterMs[0]! - firstMs >= 990, `asked again after ${laterMs[0]! - firstMs} ms`);
});

test('503 to the end is UpstreamUnavailable with a delay, a long ban comes at once with the delay it names, 403 is AccessDenied', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 1);
  const source = makeSource();
  const found = await source.find(tradesQuery(1));
  const refuse = async (status: number, retryAfter?: string): Promise<PipelineError> => {
    server.setFault(() => ({ kind: 'status', status, ...(retryAfter === undefined ? {} : { retryAfter }) }));
    const error: unknown = await readDays(source, tradesQuery(1), found).then(
      () => assert.fail('expected a refusal'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PipelineError, String(error));
    return error;
  };
  const before = server.requests.length;
  const unavailable = await refuse(503);
  assert.deepEqual([unavailable.name, server.requests.length - before], ['UpstreamUnavailable', PATIENCE.attempts]);
  assert.ok((unavailable.retryAfterMs ?? 0) > 0);
  const banned = await refuse(418, '120');
  assert.deepEqual([banned.name, banned.retryAfterMs, server.requests.length - before], ['UpstreamUnavailable', 120_000, PATIENCE.attempts + 1]);
  assert.equal((await refuse(403)).name, 'AccessDenied');
  assert.deepEqual(await cachedFiles(cacheFolder, '.zip'), []);
});

test('a file replaced since the plan stops the run and shows both hashes; nothing of it stays', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 2);
  const source = makeSource();
  const found = await source.find(tradesQuery(2));
  const planned = found.files[1]!.sha256;
  const replacement = await server.putCsv(tradesPath('2024-03-02'), tradesText('2024-03-02', 120_000));
  const message = new RegExp(
    `ETHUSDT-trades-2024-03-02.zip: expected the planned bytes with sha256 ${planned}, found .* now states ${sha256Of(replacement)}: the file was replaced`,
  );
  await assert.rejects(readDays(source, tradesQuery(2), found), isNamed('IntegrityError', message));
  assert.deepEqual((await cachedFiles(cacheFolder, '2024-03-02.zip')).concat(await cachedFiles(cacheFolder, '.part')), []);
  // A new plan takes the new file.
  const again = await makeSource().find(tradesQuery(2));
  assert.equal(again.files[1]!.sha256, sha256Of(replacement));
});

test('bytes that do not fit the stated checksum are IntegrityError with both, whether a byte differs, some follow, or the checksum is wrong', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  const [day] = await putDays(server, 1);
  const source = makeSource();
  const found = await source.find(tradesQuery(1));
  const isZip = (path: string): boolean => path.endsWith('.zip');
  for (const fault of [{ kind: 'damage' }, { kind: 'long', extra: 5000 }] as const) {
    server.setFault(({ path }) => (isZip(path) ? fault : { kind: 'pass' }));
    await assert.rejects(
      readDays(source, tradesQuery(1), found),
      isNamed('IntegrityError', new RegExp(`${found.files[0]!.sha256}, found [0-9a-f]{64} .* damaged`)),
    );
  }
  server.setFault(() => ({ kind: 'pass' }));
  const wrong = 'ab'.repeat(32);
  server.put(tradesPath(day!), Buffer.from('some bytes'), wrong);
  const misled = await makeSource().find(tradesQuery(1));
  await assert.rejects(
    readDays(source, tradesQuery(1), misled),
    isNamed('IntegrityError', new RegExp(`sha256 ${wrong}, found ${sha256Of(Buffer.from('some bytes'))}`)),
  );
  assert.deepEqual((await cachedFiles(cacheFolder, '.zip')).concat(await cachedFiles(cacheFolder, '.part')), []);
});

test('a part whose bytes are damaged is fetched anew, not refused', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 1, 1000);
  const found = await makeSource().find(tradesQuery(1));
  const stop = new AbortController();
  server.setFault(({ path, turn }) => {
    if (!path.endsWith('.zip')) return { kind: 'pass' };
    if (turn === 3) stop.abort(new Error('stopped'));
    return { kind: 'cut', after: Math.floor(found.files[0]!.bytes / 4) };
  });
  await assert.rejects(readDays(makeSource(), tradesQuery(1), found, stop.signal), /stopped/);
  const [part] = await cachedFiles(cacheFolder, '.part');
  const bytes = await readFile(part!);
  assert.ok(bytes.length > 1000 && bytes.length < found.files[0]!.bytes);
  bytes[10]! ^= 255;
  await writeFile(part!, bytes);
  server.setFault(() => ({ kind: 'pass' }));
  assert.deepEqual(idsOf(await readDays(makeSource(), tradesQuery(1), found)), oneTo(86_400));
});

test('a planned file that the archive has no more is InvalidData, and a path out of the cache is refused', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 1);
  const source = makeSource();
  const found = await source.find(tradesQuery(1));
  server.remove(tradesPath('2024-03-01'));
  await assert.rejects(readDays(source, tradesQuery(1), found), (error) => error instanceof InvalidData && /none in the archive any more/.test(error.message));
  const outside = { ...found, files: [{ ...found.files[0]!, path: 'data/../../../etc/passwd.zip' }] };
  await assert.rejects(readDays(source, tradesQuery(1), outside), isNamed('InvalidSpec', /expected a file of the archive/));
});

test('four downloads at a time give the bytes of one at a time, faster, and never more than the limit (C15)', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 12);
  const found = await makeSource().find(tradesQuery(12));
  server.setPace({ answerMs: 150 });
  const timed = async (downloads: string): Promise<{ ms: number; hashes: string[] }> => {
    const source = makeSource({ env: { ARES_DOWNLOADS: downloads } });
    const startedMs = performance.now();
    await readDays(source, tradesQuery(12), found);
    const ms = performance.now() - startedMs;
    const paths = (await cachedFiles(cacheFolder, '.zip')).sort();
    const hashes = await Promise.all(paths.map(async (path) => sha256Of(await readFile(path))));
    await Promise.all(paths.map(async (path) => rm(path)));
    return { ms, hashes };
  };
  const serial = await timed('1');
  const parallel = await timed('4');
  assert.deepEqual(parallel.hashes, serial.hashes);
  assert.equal(parallel.hashes.length, 12);
  t.diagnostic(`12 files behind 150 ms: ${serial.ms.toFixed(0)} ms one at a time, ${parallel.ms.toFixed(0)} ms four at a time`);
  assert.ok(serial.ms >= 12 * 150, `${serial.ms} ms`);
  assert.ok(parallel.ms < 0.6 * serial.ms, `${parallel.ms} ms against ${serial.ms} ms`);
});

test('no more downloads run at once than ARES_DOWNLOADS says, over several readers of one source', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 8);
  const found = await makeSource().find(tradesQuery(8));
  const source = makeSource({ env: { ARES_DOWNLOADS: '2' } });
  server.setPace({ answerMs: 30 });
  let [active, most] = [0, 0];
  server.setFault(({ path }) => {
    if (path.endsWith('.zip')) {
      most = Math.max(most, ++active);
      setTimeout(() => active--, 25);
    }
    return { kind: 'pass' };
  });
  await Promise.all([readDays(source, tradesQuery(8), found), readDays(source, tradesQuery(8), found)]);
  assert.equal(source.counts().downloads, 8, 'two readers share the downloads');
  assert.ok(most <= 2, `${most} at once`);
});

test('progress tells files, bytes, rate and remaining time', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 2);
  const source = makeSource();
  const found = await source.find(tradesQuery(2));
  const messages: string[] = [];
  const days = [{ day: '2024-03-01', fromMs: FROM_MS, toMs: FROM_MS + DAY_MS }];
  const request = { exchange: 'BINANCE', market: 'perp', symbol: 'ETHUSDT', signal: new AbortController().signal } as const;
  const reader = source.readTradeDays({ ...request, files: found.files, days, tradeKind: 'trades', progress: (message) => void messages.push(message) });
  for await (const { table } of reader) assert.equal(table.rowCount, MINUTES);
  const form = /^\d of 2 files \(\d were here\), \d requests, [\d.]+ of [\d.]+ MiB fetched, [\d.]+ MiB\/s(, \d+ s left)?$/;
  for (const message of messages) assert.match(message, form);
  assert.match(messages[0]!, /^\d of 2 files/);
  messages.length = 0;
  const whole = [{ day: '2024-03-01', fromMs: FROM_MS, toMs: FROM_MS + 2 * DAY_MS }];
  const again = source.readTradeDays({ ...request, files: found.files, days: whole, tradeKind: 'trades', progress: (message) => void messages.push(message) });
  for await (const { table } of again) assert.equal(table.rowCount, 2 * MINUTES);
  assert.match(messages.at(-1)!, /^2 of 2 files/);
});
