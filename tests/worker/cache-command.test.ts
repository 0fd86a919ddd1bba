import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openObjectStore } from '../../adapters/object-store/index.js';
import { sha256Of } from '../support/archive-server.js';
import type { TestS3Server } from '../support/s3-server.js';
import { startS3Server } from '../support/s3-server.js';

const COMMAND = fileURLToPath(new URL('../../worker/cache-command.js', import.meta.url));
const HOUR_MS = 3_600_000;
const MIB = 1024 ** 2;
const URL_OF_STORE = 's3://cache-command/runs';

let server: TestS3Server;
before(async () => {
  server = await startS3Server();
  const store = openObjectStore({ url: URL_OF_STORE, env: server.env, cacheFolder: server.scratch });
  await store.ensureBucket();
  store.close();
});
after(() => server.stop());

/** Downloads of 1 MiB whose last use lies so many hours back. */
async function makeDownloads(folder: string, hoursAgo: readonly number[]): Promise<readonly string[]> {
  const places = hoursAgo.map((_, i) => join(folder, 'archive', 'data', 'spot', sha256Of(Buffer.from(`${i}`)), `${i}.zip`));
  for (const [i, place] of places.entries()) {
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, Buffer.alloc(MIB));
    const then = new Date(Date.now() - (hoursAgo[i] as number) * HOUR_MS);
    await utimes(place, then, then);
    await utimes(dirname(place), then, then);
  }
  return places;
}

async function printed(folder: string, args: readonly string[], limitMib = ''): Promise<string> {
  const env = { ...process.env, ...server.env, ARES_STORE: URL_OF_STORE, ARES_STATE: folder, ARES_DOWNLOAD_DIR: folder, ARES_DOWNLOAD_LIMIT_MIB: limitMib };
  return (await promisify(execFile)(process.execPath, [COMMAND, ...args], { env })).stdout;
}

async function cache(folder: string, args: readonly string[], limitMib = ''): Promise<Record<string, unknown>> {
  return (JSON.parse(await printed(folder, [...args, '--json'], limitMib)) as { downloads: Record<string, unknown> }).downloads;
}

const isThere = async (place: string): Promise<boolean> =>
  stat(place).then(
    () => true,
    () => false,
  );

test('ls counts downloads; clean trims them to the limit; clean --downloads removes those not used for a day, or for the hours given', async () => {
  const folder = join(server.scratch, 'downloads');
  const places = await makeDownloads(folder, [50, 40, 30, 2, 0]);
  const present = async (): Promise<boolean[]> => Promise.all(places.map(isThere));
  assert.deepEqual(await cache(folder, ['ls']), { files: 5, bytes: 5 * MIB, removable: 0, removableBytes: 0 });
  assert.deepEqual(await cache(folder, ['ls'], '4'), { files: 5, bytes: 5 * MIB, removable: 1, removableBytes: MIB });
  assert.deepEqual(await cache(folder, ['clean', '--dry-run', '--downloads']), { files: 5, bytes: 5 * MIB, removable: 3, removableBytes: 3 * MIB });
  assert.deepEqual(await present(), [true, true, true, true, true]);
  assert.deepEqual(await cache(folder, ['clean'], '4'), { files: 5, bytes: 5 * MIB, removed: 1, removableBytes: MIB });
  assert.deepEqual(await present(), [false, true, true, true, true]);
  assert.match(await printed(folder, ['ls', '--downloads']), /; 2 of them \(2\.0 MiB\) could be removed by ares cache clean --downloads$/m);
  assert.match(await printed(folder, ['clean', '--downloads']), /; 2 of them \(2\.0 MiB\) removed$/m);
  assert.deepEqual(await present(), [false, false, false, true, true]);
  await cache(folder, ['clean', '--downloads', '--older-than-hours', '0']);
  assert.deepEqual(await present(), [false, false, false, false, true], 'what was used within ten minutes stays');
});

test('a limit that is no number, and hours that are none, are refused by name', async () => {
  await assert.rejects(cache(server.scratch, ['ls'], 'much'), /ARES_DOWNLOAD_LIMIT_MIB: expected a whole number of MiB, found much/);
  await assert.rejects(cache(server.scratch, ['clean', '--older-than-hours', 'x']), /--older-than-hours: expected a number of hours, found x/);
});
