import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PipelineError } from '../../../pipeline/errors.js';
import { cachedFiles, idsOf, oneTo, putDays, readDays, startArchiveRig, tradesQuery } from '../../support/archive-rig.js';

test('a full disk is DiskFull, nothing lies at the final place, and with room the download goes on', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 1, 1000);
  const small = await mkdtemp(join(tmpdir(), 'ares-small-disk-'));
  t.after(() => rm(small, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', small], { stdio: 'pipe' });
  } catch (error) {
    t.skip(`no tmpfs can be mounted here: ${(error as Error).message.split('\n')[0]}`);
    return;
  }
  try {
    const query = tradesQuery(1);
    const found = await makeSource().find(query);
    const source = makeSource({ cacheFolder: small });
    await assert.rejects(readDays(source, query, found), (error) => error instanceof PipelineError && error.name === 'DiskFull');
    assert.deepEqual(await cachedFiles(small, '.zip'), []);
    execFileSync('mount', ['-o', 'remount,size=4m', small], { stdio: 'pipe' });
    assert.deepEqual(idsOf(await readDays(makeSource({ cacheFolder: small }), query, found)), oneTo(86_400));
    assert.ok(server.requests.at(-1)?.range !== undefined, 'the bytes that were there are not fetched again');
  } finally {
    execFileSync('umount', ['-l', small]);
  }
});
