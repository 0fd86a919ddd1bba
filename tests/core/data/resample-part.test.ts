import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { barCount, barsToTable, sliceBars } from '../../../core/data/bars.js';
import { concatBars } from '../../../core/data/concat-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { resamplePart } from '../../../core/data/resample-part.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const MINUTE_MS = 60_000;

/** One-minute bars with holes, and extras of every rule with missing values. */
function gappedBars(count: number, seed: number): Bars {
  const random = makeRandom(seed);
  const walk = walkBars(count, seed);
  let skipped = 0;
  for (let t = 0; t < count; t++) {
    if (random.uniform() < 0.15) skipped += 1 + random.below(12);
    walk.openTimeMs[t]! += skipped * MINUTE_MS;
    walk.closeTimeMs[t]! += skipped * MINUTE_MS;
  }
  const column = (): Float64Array => Float64Array.from({ length: count }, () => (random.uniform() < 0.2 ? Number.NaN : random.normal()));
  return { ...walk, extras: { realizedVariance: column(), medianSize: column(), largestSize: column(), openInterest: column(), quotedSpread: column() } };
}

/** The coarse bars of a series that comes in parts cut before these bars. */
function inParts(fine: Bars, cuts: readonly number[], { periodMs, untilMs }: { periodMs: number; untilMs: number }): Bars {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), barCount(fine)];
  const made: Bars[] = [];
  let carry: Bars | null = null;
  for (let i = 1; i < edges.length; i++) {
    const part = resamplePart(sliceBars(fine, edges[i - 1]!, edges[i]!), periodMs, carry);
    made.push(part.bars);
    carry = part.carry;
  }
  return concatBars([...made, resampleBars(carry!, periodMs, untilMs)]);
}

test('wherever a series is cut, its parts give the coarse bars of the whole to the bit', () => {
  fc.assert(
    fc.property(
      fc.record({
        count: fc.integer({ min: 1, max: 120 }),
        seed: fc.integer({ min: 1, max: 1000 }),
        minutes: fc.constantFrom(1, 5, 15, 60),
        cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        isComplete: fc.boolean(),
      }),
      ({ count, seed, minutes, cuts, isComplete }) => {
        const fine = gappedBars(count, seed);
        const periodMs = minutes * MINUTE_MS;
        const untilMs = fine.closeTimeMs[count - 1]! + (isComplete ? periodMs : 0);
        const whole = resampleBars(fine, periodMs, untilMs);
        const joined = inParts(
          fine,
          cuts.map((share) => Math.floor(share * count)),
          { periodMs, untilMs },
        );
        assert.deepEqual(barsToTable(joined), barsToTable(whole));
      },
    ),
    { numRuns: 200 },
  );
});

test('what is carried is a copy, a part without bars leaves it as it is, and a part from before it is refused', () => {
  const fine = walkBars(8, 1);
  const first = resamplePart(sliceBars(fine, 0, 7), 5 * MINUTE_MS);
  assert.deepEqual([barCount(first.bars), barCount(first.carry)], [1, 2]);
  const close = fine.close[5]!;
  fine.close[5] = 1;
  assert.equal(first.carry.close[0], close);
  const nothing = resamplePart(sliceBars(fine, 0, 0), 5 * MINUTE_MS, first.carry);
  assert.equal(barCount(nothing.bars), 0);
  assert.equal(nothing.carry, first.carry);
  assert.throws(() => resamplePart(sliceBars(fine, 0, 5), 5 * MINUTE_MS, first.carry), { name: 'InvalidData' });
});
