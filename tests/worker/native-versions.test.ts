import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nativeVersions } from '../../worker/native-versions.js';

test('each adapter with a native library has its pinned wheel in the step key', () => {
  const versions = nativeVersions({});
  assert.match(versions['gradient-boosting']!, /^lightgbm 4\.7\.0 [0-9a-f]{64}$/);
  assert.match(versions['xgboost']!, /^xgboost-cpu 3\.2\.0 [0-9a-f]{64}$/);
  assert.match(versions['tensor-backend']!, /^tensorflow-cpu 2\.19\.1 /);
});

test('a library named by its variable is known by its bytes, and the others keep their pins', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ares-versions-'));
  try {
    const file = join(folder, 'libxgboost.so');
    await writeFile(file, 'bytes');
    const versions = nativeVersions({ ARES_XGBOOST_LIBRARY: file });
    assert.equal(versions['xgboost'], `file ${createHash('sha256').update('bytes').digest('hex')}`);
    assert.equal(versions['gradient-boosting'], nativeVersions({})['gradient-boosting']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
