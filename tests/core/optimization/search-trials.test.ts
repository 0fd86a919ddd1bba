import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sampler } from '../../../core/optimization/sampler.js';
import { randomSampler } from '../../../core/optimization/sampler-random.js';
import { tpeSampler } from '../../../core/optimization/sampler-tpe.js';
import type { ParameterSet, SearchSpace } from '../../../core/optimization/search-space.js';
import { drawParameters } from '../../../core/optimization/search-space.js';
import { searchTrials } from '../../../core/optimization/search-trials.js';
import { makeRandom } from '../../../core/stats/random.js';

const SPACE = {
  x: { kind: 'float', low: -5, high: 5 },
  rate: { kind: 'float', low: 1e-4, high: 1, log: true },
  leaves: { kind: 'int', low: 2, high: 64, log: true },
  depth: { kind: 'int', low: 1, high: 4 },
  kind: { kind: 'choice', values: ['a', 'b', 'c'] },
} as const satisfies SearchSpace;

const SAMPLERS: readonly Sampler[] = [randomSampler, tpeSampler()];

/** Least 0 at x = 2, rate = 0.01, leaves = 16, depth = 3, kind = b. */
function bowl(p: ParameterSet): number {
  return (
    (Number(p['x']) - 2) ** 2 +
    Math.log10(Number(p['rate']) / 0.01) ** 2 +
    Math.log2(Number(p['leaves']) / 16) ** 2 +
    (Number(p['depth']) - 3) ** 2 +
    (p['kind'] === 'b' ? 0 : 1)
  );
}

for (const sampler of SAMPLERS) {
  test(`${sampler.id}: every proposal lies in the space, integers are whole`, async () => {
    const { trials } = await searchTrials({ space: SPACE, trials: 60, seed: 3, sampler, evaluate: bowl });
    for (const { parameters: p } of trials) {
      assert.ok(Number(p['x']) >= -5 && Number(p['x']) <= 5);
      assert.ok(Number(p['rate']) >= 1e-4 && Number(p['rate']) <= 1);
      assert.ok(Number.isInteger(p['leaves']) && Number(p['leaves']) >= 2 && Number(p['leaves']) <= 64);
      assert.ok(Number.isInteger(p['depth']) && Number(p['depth']) >= 1 && Number(p['depth']) <= 4);
      assert.ok(['a', 'b', 'c'].includes(String(p['kind'])));
    }
  });

  test(`${sampler.id}: a search resumed after any trial gives the same trials as one in one go`, async () => {
    const options = { space: SPACE, trials: 30, seed: 8, sampler, evaluate: bowl };
    const whole = await searchTrials(options);
    for (const cut of [0, 1, 11, 29, 30]) {
      assert.deepEqual(await searchTrials({ ...options, earlier: whole.trials.slice(0, cut) }), whole);
    }
  });

  test(`${sampler.id}: another seed gives other trials`, async () => {
    const one = await searchTrials({ space: SPACE, trials: 5, seed: 1, sampler, evaluate: bowl });
    const other = await searchTrials({ space: SPACE, trials: 5, seed: 2, sampler, evaluate: bowl });
    assert.notDeepEqual(one.trials, other.trials);
  });
}

test('after 60 trials TPE is nearer the least value than random search, in the median of 15 seeds', async () => {
  const medianOf = async (sampler: Sampler): Promise<number> => {
    const bests = await Promise.all(
      Array.from({ length: 15 }, async (_, seed) => (await searchTrials({ space: SPACE, trials: 60, seed, sampler, evaluate: bowl })).best!.objective!),
    );
    return bests.sort((a, b) => a - b)[7]!;
  };
  const [random, tpe] = [await medianOf(randomSampler), await medianOf(tpeSampler())];
  assert.ok(tpe < 0.6 * random, `TPE ${tpe}, random ${random}`);
});

test('random draws are even: each third of a range and each choice gets a third of 3,000 draws within 4 standard errors', () => {
  const random = makeRandom(6);
  const draws = Array.from({ length: 3000 }, () => drawParameters(SPACE, random));
  const limit = 4 * Math.sqrt(3000 * (1 / 3) * (2 / 3));
  for (const share of [
    draws.filter((p) => Number(p['x']) < -5 / 3).length,
    draws.filter((p) => Number(p['rate']) < 10 ** (-4 + 4 / 3)).length,
    draws.filter((p) => p['kind'] === 'c').length,
  ])
    assert.ok(Math.abs(share - 1000) < limit, `${share}`);
  const fours = draws.filter((p) => p['depth'] === 4).length;
  assert.ok(Math.abs(fours - 750) < 4 * Math.sqrt(3000 * 0.25 * 0.75), `${fours}`);
});

test('starting points come first, each trial is reported once in order, the first of equals is the best', async () => {
  const start = { x: 1, rate: 0.1, leaves: 4, depth: 2, kind: 'a' };
  const seen: number[] = [];
  const { trials, best } = await searchTrials({
    space: SPACE,
    trials: 4,
    seed: 1,
    sampler: randomSampler,
    startingPoints: [start],
    evaluate: () => 7,
    onTrial: ({ trial }) => void seen.push(trial),
  });
  assert.deepEqual(trials[0]!.parameters, start);
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.equal(best!.trial, 0);
});

test('a trial that can tell nothing is recorded as insufficient and never the best', async () => {
  const { trials, best } = await searchTrials({ space: SPACE, trials: 3, seed: 1, sampler: tpeSampler(), evaluate: (_, trial) => (trial === 1 ? 5 : null) });
  assert.deepEqual(
    trials.map(({ state }) => state),
    ['insufficient', 'complete', 'insufficient'],
  );
  assert.equal(best!.trial, 1);
});

test('a malformed space and an objective that is not finite are refused by name', async () => {
  const options = { trials: 1, seed: 1, sampler: randomSampler, evaluate: () => Number.NaN };
  await assert.rejects(searchTrials({ ...options, space: { rate: { kind: 'float', low: 0, high: 1, log: true } } }), /above 0 in log parameter rate, found 0/);
  await assert.rejects(searchTrials({ ...options, space: { n: { kind: 'int', low: 0.5, high: 1 } } }), /integer parameter n/);
  await assert.rejects(searchTrials({ ...options, space: { x: { kind: 'float', low: 0, high: 1 } } }), /finite objective of trial 0, found NaN/);
});

test('an abort between trials stops the search', async () => {
  let ran = 0;
  const signal = {
    get aborted() {
      return ran >= 2;
    },
    throwIfAborted() {
      if (ran >= 2) throw new Error('stop');
    },
  };
  await assert.rejects(searchTrials({ space: SPACE, trials: 9, seed: 1, sampler: randomSampler, signal, evaluate: () => ++ran }), /stop/);
  assert.equal(ran, 2);
});

test('numbers and their scale are inverse to each other inside the bounds', async () => {
  const { fromInternal, toInternal } = await import('../../../core/optimization/search-space.js');
  fc.assert(fc.property(fc.integer({ min: 2, max: 64 }), (value) => assert.equal(fromInternal(SPACE.leaves, toInternal(SPACE.leaves, value)), value)));
});
