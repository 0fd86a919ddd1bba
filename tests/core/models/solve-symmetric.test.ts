import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { solveSymmetric } from '../../../core/models/solve-symmetric.js';

test('by hand: [[4, 2], [2, 3]] x = [2, 5] has the solution [-1/2, 2]', () => {
  const x = solveSymmetric(Float64Array.from([4, 2, 2, 3]), Float64Array.from([2, 5]));
  assert.ok(Math.abs(x[0]! + 0.5) < 1e-15 && Math.abs(x[1]! - 2) < 1e-15, x.join());
});

test('A x gives b back for any A = M M^T + I', () => {
  const matrix = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(matrix, (m) => {
      const a = Float64Array.from({ length: 16 }, (_, at) => {
        const [i, j] = [Math.floor(at / 4), at % 4];
        return [0, 1, 2, 3].reduce((sum, k) => sum + m[i * 4 + k]! * m[j * 4 + k]!, i === j ? 1 : 0);
      });
      const b = Float64Array.from([1, -2, 3, 0.5]);
      const x = solveSymmetric(a, b);
      for (let i = 0; i < 4; i++) assert.ok(Math.abs([0, 1, 2, 3].reduce((sum, j) => sum + a[i * 4 + j]! * x[j]!, 0) - b[i]!) < 1e-9);
    }),
  );
});

test('a matrix that is not positive definite is a NumericalError', () => {
  assert.throws(() => solveSymmetric(Float64Array.from([1, 2, 2, 1]), Float64Array.from([1, 1])), { name: 'NumericalError', message: /row 1/ });
});
