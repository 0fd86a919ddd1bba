import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { selectOrder } from '../../../core/bars/select-order.js';

test('the value found is the one that sorting would put there, with none greater before it and none less behind it', () => {
  assert.equal(selectOrder(Float64Array.of(5, 1, 4, 1, 3), 2), 3);
  fc.assert(
    fc.property(
      // Plus 0: an order of -0 and 0 is not this function's affair.
      fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 5 }),
          fc.double({ noNaN: true }).map((value) => value + 0),
        ),
        { minLength: 1, maxLength: 60 },
      ),
      fc.nat(59),
      fc.nat(59),
      (list, at, start) => {
        const k = at % list.length;
        const from = Math.min(start % list.length, k);
        const values = Float64Array.from(list);
        values.sort();
        const sorted = values.slice();
        // The smallest `from` stand first, as the second selection in a bar finds them.
        values.subarray(from).reverse();
        assert.equal(selectOrder(values, k, from), sorted[k]);
        assert.ok(values.slice(0, k).every((value) => value <= sorted[k]!) && values.slice(k).every((value) => value >= sorted[k]!));
        assert.deepEqual(values.sort(), sorted);
      },
    ),
    { numRuns: 500 },
  );
});

test('an index outside is refused', () => {
  assert.throws(() => selectOrder(Float64Array.of(1, 2), 2), /expected an index in \[0, 2\), found 2/);
  assert.throws(() => selectOrder(Float64Array.of(1, 2), 0, 1), RangeError);
});
