import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { makeStagingFolder, sweepStagingFolders } from '../../worker/staging-folder.js';

test('what a dead worker of this machine staged is swept; what a living or a foreign one staged stays', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'ares-staging-test-')), 'staging');
  await sweepStagingFolders(folder);
  const living = basename(await makeStagingFolder(folder));
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const foreign = `elsewhere-${dead}-abcdef`;
  for (const name of [`${hostname()}-${dead}-abcdef`, foreign, 'notes']) mkdirSync(join(folder, name, 'files'), { recursive: true });
  await sweepStagingFolders(folder);
  assert.deepEqual(readdirSync(folder).sort(), [foreign, living, 'notes'].sort());
  rmSync(join(folder, '..'), { recursive: true });
});
