import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { outcomeOrder, outcomesAfter } from '../../../core/labels/outcome-order.js';

test('by hand: a later prediction may be settled first, and an outcome counts from the moment it is known', () => {
  const order = outcomeOrder(Float64Array.of(0, 10, 20, 30), Float64Array.of(25, 15, Number.NaN, 99));
  assert.deepEqual(order.rows, Int32Array.of(1, 0, 3));
  assert.deepEqual(order.known, Int32Array.of(0, 0, 1, 2));
  assert.deepEqual(outcomeOrder(Float64Array.of(0, 10), Float64Array.of(10, 20)).known, Int32Array.of(0, 1));
  assert.deepEqual(outcomesAfter(4, 2), { rows: Int32Array.of(0, 1, 2, 3), known: Int32Array.of(0, 0, 1, 2) });
});

test('what a row may use is exactly the outcomes that ended by its time, and cutting the later rows changes none of it', () => {
  const rows = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 5 }), length: fc.integer({ min: 1, max: 40 }), isKnown: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(rows, fc.nat(), (drawn, at) => {
      let time = 0;
      const startMs = Float64Array.from(drawn, ({ gap }) => (time += gap));
      const endMs = Float64Array.from(drawn, ({ length, isKnown }, i) => (isKnown ? startMs[i]! + length : Number.NaN));
      const { rows: ordered, known } = outcomeOrder(startMs, endMs);
      for (let t = 0; t < drawn.length; t++) {
        const used = [...ordered.subarray(0, known[t])].sort((a, b) => a - b);
        assert.deepEqual(
          used,
          [...endMs.keys()].filter((i) => endMs[i]! <= startMs[t]!),
        );
      }
      const cut = drawn.length === 0 ? 0 : at % drawn.length;
      assert.deepEqual(outcomeOrder(startMs.subarray(0, cut), endMs.subarray(0, cut)).known, known.subarray(0, cut));
    }),
  );
});

test('an outcome known before its own prediction is a leak, and times that do not ascend are refused', () => {
  assert.throws(() => outcomeOrder(Float64Array.of(5), Float64Array.of(5)), {
    name: 'LookAheadLeak',
    message: /row 0: .* known at 5, no later than the prediction at 5/,
  });
  assert.throws(() => outcomeOrder(Float64Array.of(5, 4), Float64Array.of(9, 9)), RangeError);
  assert.throws(() => outcomeOrder(Float64Array.of(5), new Float64Array(2)), RangeError);
  assert.throws(() => outcomesAfter(3, 0), RangeError);
});
