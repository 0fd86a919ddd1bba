import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapWeights, makeSequentialSampler, sequentialBootstrap } from '../../../core/labels/sequential-bootstrap.js';
import { computeUniqueness, effectiveSampleSize } from '../../../core/labels/uniqueness.js';
import { makeRandom } from '../../../core/stats/random.js';

type Spans = readonly (readonly [number, number])[];
const starts = (spans: Spans): Float64Array => Float64Array.from(spans, ([start]) => start);
const ends = (spans: Spans): Float64Array => Float64Array.from(spans, ([, end]) => end);

/** Bars 0-2, 2-3 and 4-5 of the book's section 4.5.3. */
const BOOK: Spans = [
  [0, 3],
  [2, 4],
  [4, 6],
];

/** Spans of up to 8 bars that begin at random bars. */
function randomSpans(count: number, seed: number): Spans {
  const random = makeRandom(seed);
  return Array.from({ length: count }, () => {
    const start = random.below(count);
    return [start, start + 1 + random.below(8)] as const;
  });
}

/** The definition, bar by bar, for whole-numbered spans. */
function slowProbabilities(spans: Spans, drawn: readonly number[]): number[] {
  const average = spans.map(([start, end]) => {
    let sum = 0;
    for (let bar = start; bar < end; bar++) sum += 1 / (1 + drawn.filter((label) => spans[label]![0] <= bar && bar < spans[label]![1]).length);
    return sum / (end - start);
  });
  const total = average.reduce((a, b) => a + b, 0);
  return average.map((value) => value / total);
}

test('after label 2 of spans 0-2, 2-3, 4-5 the next draw has probabilities 5/14, 3/14, 6/14 (M3.3.19)', () => {
  const sampler = makeSequentialSampler(starts(BOOK), ends(BOOK));
  assert.deepEqual([...sampler.probabilities()], [1 / 3, 1 / 3, 1 / 3]);
  assert.equal(sampler.draw(0.5), 1);
  sampler.probabilities().forEach((value, i) => assert.ok(Math.abs(value - [5, 3, 6][i]! / 14) < 1e-15));
});

test('probabilities are those of the definition after any draws', () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 6 })).map(([start, length]) => [start, start + length] as const);
  fc.assert(
    fc.property(
      fc.array(span, { minLength: 1, maxLength: 12 }),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 12 }),
      (spans, uniforms) => {
        const sampler = makeSequentialSampler(starts(spans), ends(spans));
        const drawn = uniforms.map((uniform) => sampler.draw(uniform));
        const expected = slowProbabilities(spans, drawn);
        sampler.probabilities().forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-12));
      },
    ),
  );
});

test('labels are drawn as often as their probabilities say', () => {
  const random = makeRandom(9);
  const second = new Float64Array(3);
  for (let i = 0; i < 20_000; i++) {
    const sampler = makeSequentialSampler(starts(BOOK), ends(BOOK));
    sampler.draw(0.5);
    second[sampler.draw(random.uniform())]!++;
  }
  // Five standard errors of a share of 20,000.
  second.forEach((count, i) => assert.ok(Math.abs(count / 20_000 - [5, 3, 6][i]! / 14) < 0.0175, `label ${i}: ${count}`));
});

test("its samples are more unique than those of the standard bootstrap, in the book's set-up of section 4.5.4", () => {
  const random = makeRandom(2);
  let [sequential, standard] = [0, 0];
  for (let i = 0; i < 500; i++) {
    // Ten labels of 1 to 5 bars among 100 bars.
    const spans = Array.from({ length: 10 }, () => {
      const start = random.below(100);
      return [start, start + 1 + random.below(5)] as const;
    });
    const mean = (labels: Int32Array): number => {
      const at = (values: Float64Array): Float64Array => Float64Array.from(labels, (label) => values[label]!);
      return effectiveSampleSize(computeUniqueness(at(starts(spans)), at(ends(spans)))) / labels.length;
    };
    sequential += mean(sequentialBootstrap(starts(spans), ends(spans), { draws: 10, random })) / 500;
    standard += mean(Int32Array.from({ length: 10 }, () => random.below(10))) / 500;
  }
  // The book's medians are 0.7 and 0.6.
  assert.ok(sequential - standard > 0.03, `${sequential} against ${standard}`);
});

test('the same seed draws the same labels, another seed others', () => {
  const spans = randomSpans(100, 3);
  const draw = (seed: number): number[] => [...sequentialBootstrap(starts(spans), ends(spans), { draws: 100, random: makeRandom(seed) })];
  assert.deepEqual(draw(5), draw(5));
  assert.notDeepEqual(draw(5), draw(6));
});

test('weights are above zero, sum to the sum of uniqueness, and follow it', () => {
  const spans = randomSpans(300, 4);
  const uniqueness = computeUniqueness(starts(spans), ends(spans));
  const weights = bootstrapWeights(starts(spans), ends(spans), makeRandom(1));
  assert.ok(weights.every((value) => value > 0));
  assert.ok(Math.abs(effectiveSampleSize(weights) - effectiveSampleSize(uniqueness)) < 1e-9);
  const order = [...uniqueness.keys()].sort((a, b) => uniqueness[a]! - uniqueness[b]!);
  const sum = (rows: readonly number[]): number => rows.reduce((total, row) => total + weights[row]!, 0);
  assert.ok(sum(order.slice(200)) > 1.1 * sum(order.slice(0, 100)));
  assert.deepEqual([...bootstrapWeights(new Float64Array(0), new Float64Array(0), makeRandom(1))], []);
});

test('labels without an end are refused', () => {
  assert.throws(() => makeSequentialSampler(Float64Array.of(1), Float64Array.of(Number.NaN)), RangeError);
  assert.throws(() => makeSequentialSampler(Float64Array.of(1), Float64Array.of(1)), RangeError);
  assert.throws(() => makeSequentialSampler(new Float64Array(0), new Float64Array(0)), RangeError);
});
