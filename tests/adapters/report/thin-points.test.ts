import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { thinPoints } from '../../../adapters/report/thin-points.js';

test('few points stay as they are', () => {
  const points = { x: [1, 2, 3], y: [5, 6, 7] };
  assert.equal(thinPoints(points, 1), points);
});

test('a bucket keeps its first, lowest, highest and last point in order', () => {
  const y = [0, 9, 1, -3, 2, 4];
  assert.deepEqual(thinPoints({ x: y.map((_, i) => i), y }, 1), { x: [0, 1, 3, 5], y: [0, 9, -3, 4] });
});

test('thinning keeps both ends and the extremes, stays in order, and keeps at most four points a bucket', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (y, buckets) => {
      const thin = thinPoints({ x: y.map((_, i) => i), y }, buckets);
      assert.ok(thin.x.length <= Math.max(4 * buckets, 1));
      assert.equal(thin.x[0], 0);
      assert.equal(thin.x.at(-1), y.length - 1);
      assert.equal(Math.max(...thin.y), Math.max(...y));
      assert.equal(Math.min(...thin.y), Math.min(...y));
      assert.ok(thin.x.every((value, i) => i === 0 || value > (thin.x[i - 1] as number)));
    }),
  );
});
