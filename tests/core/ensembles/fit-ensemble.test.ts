/** Ensembles over regimes: routing, pooling, the fall-back for few samples, and outputs that never saw their own label. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyEnsemble } from '../../../core/ensembles/apply-ensemble.js';
import type { Ensemble, EnsembleMember, Stack } from '../../../core/ensembles/ensemble.js';
import { memberKey, membersOf } from '../../../core/ensembles/ensemble.js';
import { crossFitEnsemble, equalBlend, fitEnsemble } from '../../../core/ensembles/fit-ensemble.js';
import type { EnsembleExamples } from '../../../core/ensembles/fit-ensemble.js';
import { logistic } from '../../../core/ensembles/log-odds.js';
import { areaUnderCurve } from '../../../core/metrics/classification.js';
import { POOLED, REGIMES } from '../../../core/regimes/regime-names.js';
import type { RegimeOrPooled } from '../../../core/regimes/regime-names.js';
import { makeRandom } from '../../../core/stats/random.js';

const close = (found: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);
const member = (regime: RegimeOrPooled, family: string): EnsembleMember => ({
  regime,
  step: 'training',
  family,
  artifact: `models/${regime}/${family}`,
  sha256: '0'.repeat(64),
});
const stack = (regime: RegimeOrPooled, members: readonly EnsembleMember[], weights: readonly number[], intercept = 0): Stack => ({
  regime,
  status: members.length === 0 ? 'pooled' : 'stacked',
  reason: '',
  effectiveSample: 0,
  rows: 0,
  members,
  weights,
  intercept,
});

/** Four regimes in turn; member a of each regime sees the truth, b is noise. Labels last two rows. */
function simulate(rows: number, seed: number, regimesWithMembers: readonly RegimeOrPooled[]): { examples: EnsembleExamples; members: EnsembleMember[] } {
  const random = makeRandom(seed);
  const members = regimesWithMembers.flatMap((regime) => [member(regime, 'a'), member(regime, 'b')]);
  const truth = Float64Array.from({ length: rows }, () => random.normal());
  const regime = Int32Array.from(truth, (_, i) => Math.floor(i / 10) % 4);
  const regimes = new Float64Array(rows * 4).fill(0.1);
  regime.forEach((state, i) => (regimes[i * 4 + state] = 0.7));
  const probabilities = new Map(members.map((each) => [memberKey(each), truth.map((z) => logistic(each.family === 'a' ? z : random.normal()))] as const));
  return {
    members,
    examples: {
      startMs: truth.map((_, i) => i * 1000),
      endMs: truth.map((_, i) => (i + 2) * 1000),
      y: truth.map((z) => (random.uniform() < logistic(z) ? 1 : 0)),
      regime,
      regimes,
      predictions: { rowCount: rows, probabilities },
    },
  };
}

test('the output is the sum of regime probability times stack output, a pooled regime taking the stack of POOLED', () => {
  const a = member('BULL', 'a');
  const b = member(POOLED, 'b');
  const ensemble: Ensemble = {
    schema: 'ares.ensemble',
    role: 'analyst',
    routing: 'filtered-regime-probability',
    stacks: [stack('BULL', [a], [2], 0.5), stack('BEAR', [], []), stack('SIDEWAYS', [], []), stack('VOLATILE', [], []), stack(POOLED, [b], [1])],
  };
  const predictions = {
    rowCount: 1,
    probabilities: new Map([
      [memberKey(a), Float64Array.of(0.8)],
      [memberKey(b), Float64Array.of(0.3)],
    ]),
  };
  const [output] = applyEnsemble(ensemble, predictions, Float64Array.of(0.25, 0.5, 0.25, 0));
  close(output!, 0.25 * logistic(0.5 + 2 * Math.log(4)) + 0.75 * 0.3);
  assert.deepEqual(membersOf(ensemble), [a, b]);
});

test('a regime without specialists is pooled, and an ensemble without pooled specialists is refused', () => {
  const { examples, members } = simulate(400, 1, ['BULL', POOLED]);
  const { stacks } = fitEnsemble(examples, { role: 'analyst', members, minimumEffectiveSample: 10 });
  assert.deepEqual(
    stacks.map((each) => each.status),
    ['stacked', 'pooled', 'pooled', 'pooled', 'stacked'],
  );
  assert.throws(() => fitEnsemble(examples, { role: 'analyst', members: members.filter((m) => m.regime !== POOLED), minimumEffectiveSample: 10 }), {
    name: 'InsufficientData',
  });
});

test('below the minimum effective sample members count equally, and the effective sample is uniqueness, not rows', () => {
  const { examples, members } = simulate(400, 2, [...REGIMES, POOLED]);
  const { stacks } = fitEnsemble(examples, { role: 'analyst', members, minimumEffectiveSample: 80 });
  // Labels of two rows each: in a run of 10 rows the first and the last are worth 3/4, the others 1/2, so ten runs are worth 55.
  for (const each of stacks.slice(0, 4)) {
    assert.equal(each.rows, 100);
    close(each.effectiveSample, 55, 1e-9);
    assert.equal(each.status, 'equal-weights');
    assert.deepEqual(each.weights, [0.25, 0.25, 0.25, 0.25]);
    assert.deepEqual(
      each.members.map((m) => m.regime),
      [each.regime, each.regime, POOLED, POOLED],
    );
  }
  assert.equal(stacks[4]!.status, 'stacked');
  assert.ok(stacks[4]!.weights[0]! > stacks[4]!.weights[1]!);
});

test('stacking beats the equal blend where one member is noise', () => {
  const { examples, members } = simulate(4000, 3, [...REGIMES, POOLED]);
  const ensemble = fitEnsemble(examples, { role: 'analyst', members, minimumEffectiveSample: 30 });
  const fresh = simulate(4000, 4, [...REGIMES, POOLED]).examples;
  const auc = (each: Ensemble): number => areaUnderCurve(fresh.y, applyEnsemble(each, fresh.predictions, fresh.regimes));
  assert.ok(auc(ensemble) > auc(equalBlend(ensemble)) + 0.02, `${auc(ensemble)} against ${auc(equalBlend(ensemble))}`);
});

test('changing the labels of a fold moves no cross-fitted output of that fold', async () => {
  const { examples, members } = simulate(600, 5, [...REGIMES, POOLED]);
  const options = { role: 'analyst', members, minimumEffectiveSample: 10, folds: 4, embargoMs: 3000 } as const;
  const before = await crossFitEnsemble(examples, options);
  for (let fold = 0; fold < 4; fold++) {
    const changed = await crossFitEnsemble({ ...examples, y: examples.y.map((y, i) => (before.fold[i] === fold ? 1 - y : y)) }, options);
    let moved = 0;
    before.probability.forEach((p, i) => {
      if (before.fold[i] === fold) assert.equal(changed.probability[i], p);
      else if (changed.probability[i] !== p) moved++;
    });
    assert.ok(moved > 100, `the other folds moved in ${moved} rows`);
  }
});

test('the last row of a fold lies outside the fit of the next by purge and embargo', async () => {
  const { examples, members } = simulate(600, 6, [POOLED]);
  const options = { role: 'analyst', members, minimumEffectiveSample: 10, folds: 2, embargoMs: 20_000 } as const;
  const before = await crossFitEnsemble(examples, options);
  // Fold 0 is rows 0..299: rows 300 to 320 are overlapped or embargoed, row 330 is not.
  const flip = async (row: number): Promise<Float64Array> =>
    (await crossFitEnsemble({ ...examples, y: examples.y.map((y, i) => (i === row ? 1 - y : y)) }, options)).probability;
  assert.equal((await flip(300))[0], before.probability[0]);
  assert.equal((await flip(320))[0], before.probability[0]);
  assert.notEqual((await flip(330))[0], before.probability[0]);
});

test('fewer examples than folds are refused, and every output is a probability', async () => {
  const { examples, members } = simulate(3, 7, [POOLED]);
  await assert.rejects(crossFitEnsemble(examples, { role: 'analyst', members, minimumEffectiveSample: 10, folds: 4, embargoMs: 0 }), {
    name: 'InsufficientData',
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 8, max: 120 }), fc.integer({ min: 0, max: 1e6 }), async (rows, seed) => {
      const sample = simulate(rows, seed, ['BEAR', POOLED]);
      const { probability } = await crossFitEnsemble(sample.examples, {
        role: 'tactician',
        members: sample.members,
        minimumEffectiveSample: 5,
        folds: 3,
        embargoMs: 0,
      });
      for (const p of probability) assert.ok(p >= 0 && p <= 1);
    }),
    { numRuns: 30 },
  );
});
