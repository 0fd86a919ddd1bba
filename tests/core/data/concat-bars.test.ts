import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barCount, sliceBars } from '../../../core/data/bars.js';
import { concatBars, makeBarAppender } from '../../../core/data/concat-bars.js';
import { walkBars } from '../../support/synthetic-bars.js';

const all = walkBars(6, 1);
const part = (from: number, to: number): typeof all => sliceBars(all, from, to);
const filled = (length: number, value: number): Float64Array => new Float64Array(length).fill(value);

test('an extra that a part lacks is missing in its rows, but no row of a part without `imputed` was touched', () => {
  const joined = concatBars([
    part(0, 2),
    { ...part(2, 4), extras: { imputed: filled(2, 1), markPrice: filled(2, 7) } },
    { ...part(4, 6), extras: { openInterest: filled(2, 9) } },
  ]);
  assert.deepEqual([...joined.close], [...all.close]);
  assert.deepEqual(joined.extras, {
    imputed: Float64Array.of(0, 0, 1, 1, 0, 0),
    markPrice: Float64Array.of(Number.NaN, Number.NaN, 7, 7, Number.NaN, Number.NaN),
    openInterest: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN, 9, 9),
  });
});

test('an appender holds what came so far as copies, and refuses bars from before its end or beyond its room', () => {
  const joined = makeBarAppender(4);
  assert.equal(barCount(joined.bars()), 0);
  const first = { ...part(0, 3), close: all.close.slice(0, 3) };
  joined.add(first);
  first.close.fill(0);
  assert.deepEqual([...joined.bars().close], [...all.close.subarray(0, 3)]);
  assert.throws(() => joined.add(part(2, 3)), { name: 'InvalidData', message: new RegExp(`${all.openTimeMs[2]} after bars up to ${all.closeTimeMs[2]}`) });
  assert.throws(() => joined.add(part(3, 5)), RangeError);
  joined.add(part(3, 4));
  assert.deepEqual([...joined.bars().closeTimeMs], [...all.closeTimeMs.subarray(0, 4)]);
});

test('an information bar may begin in the last millisecond of the one before, where that is allowed', () => {
  const next = { ...part(2, 3), openTimeMs: all.openTimeMs.slice(2, 3).map((time) => time - 1) };
  assert.throws(() => concatBars([part(0, 2), next]), { name: 'InvalidData' });
  assert.equal(barCount(concatBars([part(0, 2), next], { mayShareTime: true })), 3);
});
