import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { makeArchiveClient } from '../../../adapters/archive/archive-client.js';
import { downloadLimit, resolveSettings } from '../../../adapters/archive/archive-settings.js';
import { downloadFolder, holdDownloads, listDownloads, markUsed, trimDownloads } from '../../../adapters/archive/download-cache.js';
import { makeLocalFiles } from '../../../adapters/archive/local-files.js';
import { PipelineError } from '../../../pipeline/errors.js';
import { sha256Of } from '../../support/archive-server.js';
import { cachedFiles, idsOf, oneTo, putDays, readDays, requestOf, startArchiveRig, tradesQuery } from '../../support/archive-rig.js';

const MINUTES = 1440;
const HOUR_MS = 3_600_000;
const GRACE_MS = 600_000;

/** A cache of files of 100 bytes whose last use lies so many hours back; gives their places. */
async function makeCache(context: TestContext, hoursAgo: readonly number[]): Promise<{ folder: string; places: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-downloads-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const places: string[] = [];
  for (const [i, hours] of hoursAgo.entries()) {
    const place = join(folder, 'data', 'spot', sha256Of(Buffer.from(String(i))), `file-${i}.zip`);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, Buffer.alloc(100));
    await setUsed(place, hours);
    places.push(place);
  }
  return { folder, places };
}

async function setUsed(place: string, hoursAgo: number): Promise<void> {
  const then = new Date(Date.now() - hoursAgo * HOUR_MS);
  await utimes(place, then, then);
  await utimes(dirname(place), then, then);
}

const namesIn = async (folder: string): Promise<string[]> => (await cachedFiles(folder, '')).map((path) => basename(path)).sort();

test('the least recently used files go until the rest is within the limit, and their folders with them', async (t) => {
  const { folder, places } = await makeCache(t, [5, 9, 2, 7]);
  const removed = await trimDownloads(folder, { limitBytes: 250, graceMs: GRACE_MS });
  assert.deepEqual(
    removed.map((download) => [download.folder, download.bytes]),
    [places[1]!, places[3]!].map((place) => [dirname(place), 100]),
  );
  assert.deepEqual(await namesIn(folder), ['file-0.zip', 'file-2.zip']);
  await assert.rejects(stat(dirname(places[1]!)), { code: 'ENOENT' });
  assert.deepEqual(await trimDownloads(folder, { limitBytes: 200, graceMs: GRACE_MS }), [], 'exactly at the limit nothing goes');
});

test('a dry run tells the same files and removes none', async (t) => {
  const { folder } = await makeCache(t, [5, 9]);
  const told = await trimDownloads(folder, { limitBytes: 0, graceMs: GRACE_MS, isDryRun: true });
  assert.equal(told.length, 2);
  assert.deepEqual(await namesIn(folder), ['file-0.zip', 'file-1.zip']);
  assert.deepEqual(await trimDownloads(folder, { limitBytes: 0, graceMs: GRACE_MS }), told);
  assert.deepEqual(await namesIn(folder), []);
});

test('a file that is held, was used within the grace time, or is just being written, stays', async (t) => {
  const { folder, places } = await makeCache(t, [9, 8, 7, 6]);
  const release = holdDownloads([places[0]!], GRACE_MS, (error) => assert.fail(String(error)));
  await markUsed(places[1]!);
  // A download of another process: the folder is old, the part is not.
  await writeFile(`${places[2]!}.other+1..part`, Buffer.alloc(10));
  const removed = await trimDownloads(folder, { limitBytes: 0, graceMs: GRACE_MS });
  assert.deepEqual(
    removed.map((download) => download.folder),
    [dirname(places[3]!)],
  );
  release();
  assert.deepEqual(
    (await trimDownloads(folder, { limitBytes: 0, graceMs: GRACE_MS })).map((download) => download.folder),
    [dirname(places[0]!)],
  );
});

test('a hold marks its files as used again and again, which other processes see, and a file of two holds stays until both end', async (t) => {
  const { folder, places } = await makeCache(t, [9]);
  const graceMs = 200;
  const [first, second] = [0, 1].map(() => holdDownloads(places, graceMs, (error) => assert.fail(String(error))));
  for (let found = await listDownloads(folder); Date.now() - found[0]!.usedMs > HOUR_MS; found = await listDownloads(folder)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  first!();
  await setUsed(places[0]!, 9);
  assert.deepEqual(await trimDownloads(folder, { limitBytes: 0, graceMs }), []);
  second!();
  // A mark on its way may still land: then the file goes once the grace time is over.
  let removed = 0;
  while (removed === 0) removed = (await trimDownloads(folder, { limitBytes: 0, graceMs })).length;
  assert.deepEqual(await namesIn(folder), []);
});

test('marking a file changes neither its time nor its bytes, so that its verified hash stays good', async (t) => {
  const { places } = await makeCache(t, [9]);
  const before = await stat(places[0]!);
  await markUsed(places[0]!);
  assert.equal((await stat(places[0]!)).mtimeMs, before.mtimeMs);
  await markUsed(join(dirname(dirname(places[0]!)), 'nowhere', 'file.zip'));
});

test("a mark that cannot be set while files are read ends the reading with the system's error", async (t) => {
  const { folder } = await makeCache(t, []);
  const bytes = Buffer.alloc(100);
  const file = { path: 'data/spot/daily/trades/ETHUSDT/ETHUSDT-trades-2024-03-01.zip', sha256: sha256Of(bytes), bytes: bytes.length };
  const days = join(folder, dirname(file.path));
  await mkdir(join(days, file.sha256), { recursive: true });
  await writeFile(join(days, file.sha256, basename(file.path)), bytes);
  const resolved = resolveSettings({ env: {}, cacheFolder: folder, graceMs: 40 });
  const local = makeLocalFiles(makeArchiveClient(resolved), { folder, downloads: 1, limits: resolved.limits });
  const { signal } = new AbortController();
  const files = local.fetch([file], { signal, abort: signal, progress: () => undefined });
  assert.equal((await files.next()).done, false);
  await rename(days, `${days}-elsewhere`);
  await writeFile(days, 'no folder');
  // Begun later than that of `files`: once it has failed twice, the other has failed too.
  let failures = 0;
  const release = local.hold([file], () => failures++);
  while (failures < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  release();
  await assert.rejects(async () => files.next(), { code: 'ENOTDIR' });
});

test('a source over its limit evicts old days, reads a window larger than the limit whole, and fetches an evicted day again to the same hash', async (t) => {
  const { server, cacheFolder, makeSource } = await startArchiveRig(t);
  await putDays(server, 4);
  const settings = { env: { ARES_DOWNLOAD_LIMIT_MIB: '0' }, graceMs: 1 };
  const query = tradesQuery(4);
  const found = await makeSource().find(query);
  // A window larger than the limit: nothing of the request goes while it runs.
  assert.deepEqual(idsOf(await readDays(makeSource(settings), query, found)), oneTo(4 * MINUTES));
  const files = await cachedFiles(cacheFolder, '.zip');
  assert.equal(files.length, 4);
  for (const path of files) await setUsed(path, 2);

  const firstDay = files.find((path) => path.endsWith('2024-03-01.zip')) as string;
  await rm(firstDay);
  const source = makeSource(settings);
  const one = tradesQuery(1);
  const request = requestOf(one, found.files.slice(0, 1));
  for await (const day of source.readTradeDays({ ...request, tradeKind: 'trades', days: [{ day: '2024-03-01', fromMs: one.fromMs!, toMs: one.toMs! }] })) {
    assert.equal(day.table.rowCount, MINUTES);
  }
  assert.equal(source.counts().downloads, 1);
  assert.deepEqual(await cachedFiles(cacheFolder, '.zip'), [firstDay], 'the three other days were trimmed after the download');

  const again = makeSource();
  assert.deepEqual(idsOf(await readDays(again, query, found)), oneTo(4 * MINUTES));
  assert.equal(again.counts().downloads, 3);
  for (const file of found.files) {
    const [path] = await cachedFiles(cacheFolder, basename(file.path));
    assert.equal(sha256Of(await readFile(path!)), file.sha256);
  }
});

test('the limit is 50 GiB where none is given, and words are refused by name', () => {
  assert.equal(downloadLimit({}), 50 * 1024 ** 3);
  assert.equal(downloadLimit({ ARES_DOWNLOAD_LIMIT_MIB: '3' }), 3 * 1024 ** 2);
  assert.throws(
    () => downloadLimit({ ARES_DOWNLOAD_LIMIT_MIB: '5 GB' }),
    (error) => error instanceof PipelineError && error.name === 'InvalidSpec' && /ARES_DOWNLOAD_LIMIT_MIB: .*found 5 GB/.test(error.message),
  );
});

test('downloads lie below ARES_DOWNLOAD_DIR, else below the cache folder, and a folder that is not there holds none', async () => {
  assert.equal(downloadFolder({ ARES_DOWNLOAD_DIR: '/a/b' }), '/a/b/archive');
  assert.equal(downloadFolder({ ARES_CACHE: '/c' }), '/c/archive');
  assert.deepEqual(await listDownloads('/nowhere/at/all'), []);
});
