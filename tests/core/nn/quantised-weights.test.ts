import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ParameterSpec } from '../../../core/nn/network.js';
import { expandWeights, quantiseWeights } from '../../../core/nn/quantised-weights.js';
import type { QuantisedMatrix } from '../../../core/nn/quantised-weights.js';

function matrix(rows: number, columns: number): readonly ParameterSpec[] {
  return [{ name: 'kernel', shape: [rows, columns], initial: 'fan' }];
}

test('by hand: a step of 0.01 a column gives the whole multiples, and a bias stays as it is', () => {
  const specs: readonly ParameterSpec[] = [...matrix(2, 2), { name: 'bias', shape: [2], initial: 'zeros' }];
  // 127 steps reach 1.269238 and 0.1269238, a margin of 0.0006 above the largest magnitudes.
  const flat = [1.269, -0.05, -0.5049, 0.1269, 0.1 + 0.2, -7];
  const quantised = quantiseWeights(specs, flat, 1);
  const kernel = quantised.parameters[0] as QuantisedMatrix;
  assert.deepEqual(kernel, { steps: [0.009998, 0.0009998], values: Buffer.from(Int8Array.of(127, -50, -51, 127).buffer).toString('base64'), mask: null });
  assert.deepEqual(quantised.parameters[1], [0.1 + 0.2, -7]);
  assert.deepEqual([...expandWeights(specs, quantised)], [127 * 0.009998, -50 * 0.0009998, -51 * 0.009998, 127 * 0.0009998, 0.1 + 0.2, -7]);
});

test('every weight comes back within half a step, and a step is at most 1/126 of the greatest magnitude of its column', () => {
  const weights = fc.integer({ min: 1, max: 6 }).chain((columns) =>
    fc.integer({ min: 1, max: 12 }).chain((rows) =>
      fc.record({
        ...{ rows: fc.constant(rows), columns: fc.constant(columns) },
        flat: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: rows * columns, maxLength: rows * columns }),
      }),
    ),
  );
  fc.assert(
    fc.property(weights, ({ rows, columns, flat }) => {
      const quantised = quantiseWeights(matrix(rows, columns), flat, 1);
      const { steps } = quantised.parameters[0] as QuantisedMatrix;
      expandWeights(matrix(rows, columns), quantised).forEach((value, i) => {
        const step = steps[i % columns]!;
        // The quotient and the product are rounded once each: 127 x 2 x 2^-53 of a step.
        assert.ok(Math.abs(value - flat[i]!) <= step * (0.5 + 3e-14), `${flat[i]} became ${value} at a step of ${step}`);
        const column = flat.filter((_, j) => j % columns === i % columns);
        assert.ok(step <= Math.max(...column.map(Math.abs)) / 126);
      });
    }),
  );
});

test('pruning keeps the stated share of greatest magnitude and says where they are by a bit each', () => {
  const flat = Array.from({ length: 100 }, (_, i) => ((i * 37) % 101) - 50);
  const quantised = quantiseWeights(matrix(10, 10), flat, 0.3);
  const { mask, values } = quantised.parameters[0] as QuantisedMatrix;
  assert.equal(quantised.keepShare, 0.3);
  assert.deepEqual([Buffer.from(mask!, 'base64').length, Buffer.from(values, 'base64').length], [13, 30]);
  const back = expandWeights(matrix(10, 10), quantised);
  const kept = flat.filter((_, i) => back[i] !== 0).map(Math.abs);
  const dropped = flat.filter((_, i) => back[i] === 0).map(Math.abs);
  assert.equal(kept.length, 30);
  assert.ok(Math.min(...kept) >= Math.max(...dropped));
});

test('what is not finite, not in (0, 1] or not of the network is refused', () => {
  assert.throws(() => quantiseWeights(matrix(1, 2), [1, Number.NaN], 1), { name: 'InvalidData', message: /found NaN at 1/ });
  for (const share of [0, -1, 1.1, Number.NaN]) assert.throws(() => quantiseWeights(matrix(1, 2), [1, 2], share), RangeError);
  assert.throws(() => quantiseWeights(matrix(1, 2), [1], 1), { name: 'RangeError', message: 'expected 2 weights, found 1' });
  const quantised = quantiseWeights(matrix(2, 2), [1, 2, 3, 4], 1);
  assert.throws(() => expandWeights([], quantised), { name: 'InvalidData', message: /expected 0 compressed parameters, found 1/ });
  assert.throws(() => expandWeights(matrix(3, 2), quantised), { name: 'InvalidData' });
  assert.throws(() => expandWeights(matrix(2, 1), quantised), { name: 'InvalidData' });
  assert.throws(() => expandWeights(matrix(2, 2), { ...quantised, encoding: 'int4' as never }), { name: 'InvalidData', message: /found int4/ });
});
