/** Platt's sigmoid against libsvm's answer (M3.4.22) and its own optimality. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyPlatt, fitPlatt } from '../../../core/calibration/platt.js';
import { makeRandom } from '../../../core/stats/random.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('scores 5, -4, 1 with outcomes 1, 0, 0 give A -.202613544 and B .652363150 up to the gradient of 1e-5 at which libsvm stops (M3.4.22)', () => {
  const { a, b } = fitPlatt([5, -4, 1], [1, 0, 0]);
  close(a, -0.202613544, 2e-6);
  close(b, 0.65236315, 5e-6);
  // Ours is the optimum itself: the summed residuals against Platt's targets 2/3, 1/4, 1/4 vanish, plain and times score.
  const p = applyPlatt({ a, b }, [5, -4, 1]);
  const residuals = [2 / 3, 1 / 4, 1 / 4].map((target, i) => target - p[i]!);
  close(residuals[0]! + residuals[1]! + residuals[2]!, 0, 1e-10);
  close(5 * residuals[0]! - 4 * residuals[1]! + residuals[2]!, 0, 1e-10);
});

test('a separable sample stays finite by the smoothed targets', () => {
  const { a, b } = fitPlatt([-3, -2, 2, 3], [0, 0, 1, 1]);
  assert.ok(Number.isFinite(a) && Number.isFinite(b) && a < 0);
  const [low, , , high] = applyPlatt({ a, b }, [-3, -2, 2, 3]);
  assert.ok(low! > 0.1 && high! < 0.9);
});

test('equal scores give no slope and the mean target: three scores of -1 with outcomes 0, 0, 1 give (1/4 + 1/4 + 2/3) / 3', () => {
  const { a, b } = fitPlatt([-1, -1, -1], [0, 0, 1]);
  assert.equal(a, 0);
  close(applyPlatt({ a, b }, [-1])[0]!, (1 / 4 + 1 / 4 + 2 / 3) / 3, 1e-15);
});

test('a sigmoid that made the outcomes is found again', () => {
  const random = makeRandom(5);
  const scores = Float64Array.from({ length: 20_000 }, () => 2 * random.normal());
  const truth = applyPlatt({ a: -0.6, b: 0.3 }, scores);
  const { a, b } = fitPlatt(
    scores,
    truth.map((p) => (random.uniform() < p ? 1 : 0)),
  );
  close(a, -0.6, 0.03);
  close(b, 0.3, 0.05);
});

test('a weight of two counts as two copies', () => {
  const examples = fc.array(fc.record({ s: fc.integer({ min: -40, max: 40 }), y: fc.integer({ min: 0, max: 1 }) }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(examples, (rows) => {
      const once = fitPlatt(
        rows.map((r) => r.s / 10),
        rows.map((r) => r.y),
        rows.map(() => 2),
      );
      const twice = fitPlatt(
        [...rows, ...rows].map((r) => r.s / 10),
        [...rows, ...rows].map((r) => r.y),
      );
      close(once.a, twice.a, 1e-6);
      close(once.b, twice.b, 1e-6);
    }),
    { numRuns: 50 },
  );
});
