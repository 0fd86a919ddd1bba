import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGrowingColumn } from '../../../core/data/growing-column.js';

test('a growing column gives back what was pushed, across its doublings', () => {
  const column = makeGrowingColumn();
  for (let i = 0; i < 5000; i++) column.push(i * 0.5);
  assert.equal(column.length, 5000);
  assert.equal(column.at(4999), 2499.5);
  assert.deepEqual(
    column.toArray(),
    Float64Array.from({ length: 5000 }, (_, i) => i * 0.5),
  );
});
