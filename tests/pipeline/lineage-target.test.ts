import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLineageTarget } from '../../pipeline/lineage-target.js';

const HASH = 'ab'.repeat(32);

test('a hash and an object address name the same artifact', () => {
  assert.deepEqual(parseLineageTarget(HASH), { kind: 'hash', sha256: HASH });
  assert.deepEqual(parseLineageTarget(`s3://bucket/some/prefix/objects/${HASH}`), { kind: 'hash', sha256: HASH });
});

test('an artifact is named by run, step and name, or as the report names it', () => {
  assert.deepEqual(parseLineageTarget('r1:saving/bundle'), { kind: 'artifact', run: 'r1', step: 'saving', name: 'bundle', sha256: null });
  assert.deepEqual(parseLineageTarget(`monte-carlo-validation/equity@${HASH}`), {
    kind: 'artifact',
    run: null,
    step: 'monte-carlo-validation',
    name: 'equity',
    sha256: HASH,
  });
  assert.deepEqual(parseLineageTarget('a:b/c:analyst-specialist-training/models/BULL/linear'), {
    kind: 'artifact',
    run: 'a:b/c',
    step: 'analyst-specialist-training',
    name: 'models/BULL/linear',
    sha256: null,
  });
});

test('a figure keeps colons and slashes of its name', () => {
  assert.deepEqual(parseLineageTarget('r1:figure:Ensembles/analyst stack of BULL: intercept'), {
    kind: 'figure',
    run: 'r1',
    figure: 'Ensembles/analyst stack of BULL: intercept',
  });
});

test('a prediction is named by a time with an offset or in ms; a local time is refused', () => {
  const timeMs = Date.UTC(2025, 5, 9, 15);
  assert.deepEqual(parseLineageTarget('r1:prediction:2025-06-09T15:00:00Z'), { kind: 'prediction', run: 'r1', timeMs });
  assert.deepEqual(parseLineageTarget(`r1:prediction:${timeMs}`), { kind: 'prediction', run: 'r1', timeMs });
  assert.throws(
    () => parseLineageTarget('r1:prediction:2025-06-09T15:00:00'),
    /prediction time: expected ISO 8601 with an offset .* found 2025-06-09T15:00:00/,
  );
});

test('a symbol with a version is a registered model; anything else is a run', () => {
  assert.deepEqual(parseLineageTarget('ETHUSDT:1.2.0'), { kind: 'version', symbol: 'ETHUSDT', version: '1.2.0' });
  assert.deepEqual(parseLineageTarget('ETHUSDT:v3'), { kind: 'version', symbol: 'ETHUSDT', version: '3' });
  assert.deepEqual(parseLineageTarget('train-ETHUSDT-0f3a'), { kind: 'run', run: 'train-ETHUSDT-0f3a' });
  assert.deepEqual(parseLineageTarget('train/nightly:2024'), { kind: 'run', run: 'train/nightly:2024' });
});
