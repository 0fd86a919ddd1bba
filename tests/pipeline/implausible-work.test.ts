import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implausibleWork } from '../../pipeline/implausible-work.js';
import { stepResult } from '../client/run-fixtures.js';

test('a step that left no artifact, took less than 5 ms, or did more than 300 million rows a second is implausible; a cached one is not judged', () => {
  const work = (change: object): string | null => implausibleWork(stepResult('saving', change));
  assert.match(work({ rowsIn: 10, artifactCount: 0, seconds: 1 }) ?? '', /read 10 rows and left no artifact/);
  assert.equal(work({ rowsIn: 10, rowsOut: 0, seconds: 1, artifactCount: 2 }), null);
  assert.match(work({ rowsIn: 10, rowsOut: 10, seconds: 0.001 }) ?? '', /computed in 0\.001 s/);
  assert.match(work({ rowsIn: 17_847_123, rowsOut: 1, seconds: 0.01 }) ?? '', /more than 300 million a second/);
  assert.equal(work({ rowsIn: 17_847_123, rowsOut: 879, seconds: 0.6 }), null);
  assert.equal(work({ rowsIn: 0, rowsOut: 0, seconds: 0.01 }), null);
  assert.equal(work({ rowsIn: 10, artifactCount: 0, seconds: 0, cached: true }), null);
});
