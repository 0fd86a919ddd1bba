import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sha256Of } from '../../support/archive-server.js';
import type { ArchiveRig } from '../../support/archive-rig.js';
import { cachedFiles, putDays, startArchiveRig, tradesQuery } from '../../support/archive-rig.js';

const SCRIPT = fileURLToPath(new URL('../../support/archive-download-script.js', import.meta.url));
const TRADES = 86_400;

interface Outcome {
  readonly counts: { readonly requests: number; readonly downloads: number; readonly bytes: number };
  readonly trades: number;
  readonly isWhole: boolean;
}

function start({ server, cacheFolder }: ArchiveRig): ChildProcess {
  return spawn(process.execPath, [SCRIPT, server.address, cacheFolder, join(cacheFolder, 'plan.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outcome(child: ChildProcess): Promise<Outcome> {
  const [output] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
  return JSON.parse(output) as Outcome;
}

async function partBytes(cacheFolder: string): Promise<number> {
  const [part] = await cachedFiles(cacheFolder, '.part');
  return part === undefined ? 0 : (await stat(part)).size;
}

/** Resolves once the part on disk has so many bytes. */
async function untilPartHas(cacheFolder: string, bytes: number, child: ChildProcess): Promise<void> {
  while ((await partBytes(cacheFolder)) < bytes) {
    assert.equal(child.exitCode, null, 'the process ended before it was killed');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('kill -9 in mid-download twice: the next process takes over the bytes, fetches none of them again, and the file is the planned one', async (t) => {
  const rig = await startArchiveRig(t);
  await putDays(rig.server, 1, 1000);
  const query = tradesQuery(1);
  const found = await rig.makeSource().find(query);
  const { bytes, sha256 } = found.files[0]!;
  await writeFile(join(rig.cacheFolder, 'plan.json'), JSON.stringify({ query, found }));
  rig.server.setPace({ pieceBytes: 8192, pieceMs: 10 });

  let before = 0;
  for (const share of [0.3, 0.6]) {
    const child = start(rig);
    await untilPartHas(rig.cacheFolder, share * bytes, child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = await partBytes(rig.cacheFolder);
    assert.ok(left > before && left < bytes, `${left} of ${bytes}`);
    assert.deepEqual(await cachedFiles(rig.cacheFolder, '.zip'), [], 'nothing half-fetched lies at the final place');
    before = left;
  }
  rig.server.setPace({});
  const last = await outcome(start(rig));
  assert.deepEqual(last, { counts: { requests: 1, downloads: 1, bytes: bytes - before }, trades: TRADES, isWhole: true });
  assert.equal(rig.server.requests.at(-1)?.range, `bytes=${before}-`);
  const [path] = await cachedFiles(rig.cacheFolder, '.zip');
  assert.equal(sha256Of(await readFile(path!)), sha256);
  assert.deepEqual(await cachedFiles(rig.cacheFolder, '.part'), []);
  t.diagnostic(`${bytes} bytes: ${before} survived two kills, ${last.counts.bytes} fetched by the third process`);
});

test('two processes that fetch one file at the same time both end with the planned bytes', async (t) => {
  const rig = await startArchiveRig(t);
  await putDays(rig.server, 1, 1000);
  const query = tradesQuery(1);
  const found = await rig.makeSource().find(query);
  await writeFile(join(rig.cacheFolder, 'plan.json'), JSON.stringify({ query, found }));
  rig.server.setPace({ pieceBytes: 16_384, pieceMs: 10 });
  const first = start(rig);
  await untilPartHas(rig.cacheFolder, 1, first);
  const second = start(rig);
  for (const { trades, isWhole } of await Promise.all([outcome(first), outcome(second)])) assert.deepEqual([trades, isWhole], [TRADES, true]);
  const paths = await cachedFiles(rig.cacheFolder, '.zip');
  assert.equal(paths.length, 1);
  assert.equal(sha256Of(await readFile(paths[0]!)), found.files[0]!.sha256);
  assert.deepEqual(await cachedFiles(rig.cacheFolder, '.part'), []);
});
