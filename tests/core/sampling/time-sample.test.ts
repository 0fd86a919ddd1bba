import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockRows, latestRows, recentRows, spacedRows } from '../../../core/sampling/time-sample.js';
import { makeRandom } from '../../../core/stats/random.js';

const ROWS = Int32Array.from({ length: 101 }, (_, i) => 3 * i);

test('evenly spaced rows hold the first and the last, worked by hand', () => {
  assert.deepEqual([...spacedRows(ROWS, 5)], [0, 75, 150, 225, 300]);
  assert.deepEqual([...spacedRows(ROWS, 1)], [0]);
  assert.deepEqual(spacedRows(ROWS, 500), ROWS);
});

test('the latest rows are the last ones', () => {
  assert.deepEqual([...latestRows(ROWS, 3)], [294, 297, 300]);
  assert.deepEqual(latestRows(ROWS, 500), ROWS);
});

test('every strategy gives as many rows as asked for, each once, in order of time, out of the given ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 101 }), fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 30 }), (count, seed, length) => {
      for (const taken of [
        spacedRows(ROWS, count),
        latestRows(ROWS, count),
        recentRows(ROWS, count, { halfLife: length, random: makeRandom(seed) }),
        blockRows(ROWS, count, { blockLength: length, random: makeRandom(seed) }),
      ]) {
        assert.equal(taken.length, count);
        taken.forEach((row, i) => assert.ok(row % 3 === 0 && row <= 300 && (i === 0 || row > taken[i - 1]!)));
      }
    }),
  );
});

test('of two rows one half-life apart the later is drawn first twice as often', () => {
  const random = makeRandom(4);
  let later = 0;
  for (let i = 0; i < 30_000; i++) if (recentRows(Int32Array.of(0, 1), 1, { halfLife: 1, random })[0] === 1) later++;
  // Binomial(30000, 2/3): four standard deviations are 0.011.
  assert.ok(Math.abs(later / 30_000 - 2 / 3) < 0.011, `${later}`);
});

test('blocks stay whole but for the last', () => {
  const taken = blockRows(ROWS, 25, { blockLength: 10, random: makeRandom(1) });
  const perBlock = new Map<number, number>();
  for (const row of taken) perBlock.set(Math.floor(row / 30), (perBlock.get(Math.floor(row / 30)) ?? 0) + 1);
  assert.ok([...perBlock.values()].filter((size) => size === 10).length >= 2 && perBlock.size <= 4);
});

test('a count or length out of range is refused with its value', () => {
  assert.throws(() => spacedRows(ROWS, 0), /found 0/);
  assert.throws(() => latestRows(ROWS, 1.5), /found 1.5/);
  assert.throws(() => recentRows(ROWS, 1, { halfLife: 0, random: makeRandom(1) }), /halfLife above 0/);
  assert.throws(() => blockRows(ROWS, 1, { blockLength: 0, random: makeRandom(1) }), /blockLength/);
});
