import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compromisePoint, paretoFront } from '../../../core/optimization/pareto-front.js';

test('the front of four points leaves the dominated one out, and the compromise is the corner nearest to the ideal', () => {
  const points = [
    [0, 10],
    [2, 2],
    [10, 0],
    [3, 3],
  ];
  assert.deepEqual(paretoFront(points), [0, 1, 2]);
  assert.equal(compromisePoint(points, [0, 1, 2]), 1);
});

test('of equal points the first stays', () => {
  assert.deepEqual(
    paretoFront([
      [1, 1],
      [1, 1],
    ]),
    [0],
  );
  assert.throws(() => compromisePoint([], []), RangeError);
});

test('no point of the front is dominated, and every other point is dominated by or equal to one of it', () => {
  const point = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), (points) => {
      const front = paretoFront(points);
      const covers = (a: readonly number[], b: readonly number[]): boolean => a.every((value, d) => value <= b[d]!);
      for (const i of front) for (const j of front) assert.ok(i === j || !covers(points[i]!, points[j]!));
      points.forEach((candidate) => assert.ok(front.some((i) => covers(points[i]!, candidate))));
      assert.ok(front.includes(compromisePoint(points, front)));
    }),
  );
});
