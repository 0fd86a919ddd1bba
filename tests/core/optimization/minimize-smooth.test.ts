import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { centralHessian, minimizeSmooth } from '../../../core/optimization/minimize-smooth.js';

const OPTIONS = { maximumIterations: 500, tolerance: 1e-8 };
const rosenbrock = ([x, y]: Float64Array): number => (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2;

test("Rosenbrock's valley is followed to its end at (1, 1)", () => {
  const { point, slope } = minimizeSmooth(rosenbrock, Float64Array.of(-1.2, 1), OPTIONS);
  assert.ok(Math.abs(point[0]! - 1) < 1e-6 && Math.abs(point[1]! - 1) < 1e-6 && slope < 1e-5);
});

test('any bowl is left at its bottom', () => {
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(number, number, number), fc.double({ min: 0.01, max: 100, noNaN: true }), (bottom, steepness) => {
      const bowl = (at: Float64Array): number => at.reduce((sum, value, i) => sum + (i === 0 ? steepness : 1) * (value - bottom[i]!) ** 2, 0);
      const { point } = minimizeSmooth(bowl, new Float64Array(3), OPTIONS);
      point.forEach((value, i) => assert.ok(Math.abs(value - bottom[i]!) < 1e-5, `${value} against ${bottom[i]}`));
    }),
  );
});

test('where the function is not defined steps are shortened', () => {
  const { point } = minimizeSmooth(([x]) => x! - Math.log(x!), Float64Array.of(1e-3), OPTIONS);
  assert.ok(Math.abs(point[0]! - 1) < 1e-6);
});

test('too few iterations leave a slope above the tolerance', () => {
  const short = minimizeSmooth(rosenbrock, Float64Array.of(-1.2, 1), { ...OPTIONS, maximumIterations: 3 });
  assert.ok(short.iterations === 3 && short.slope > 1e-3 && short.value < rosenbrock(Float64Array.of(-1.2, 1)));
});

test('second derivatives of x^2 y + 3 y^2, worked by hand', () => {
  const hessian = centralHessian(([x, y]) => x! * x! * y! + 3 * y! * y!, Float64Array.of(2, 5), Float64Array.of(1e-3, 1e-3));
  [10, 4, 4, 6].forEach((expected, i) => assert.ok(Math.abs(hessian[i]! - expected) < 1e-6));
});
