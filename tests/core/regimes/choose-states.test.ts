import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseStates } from '../../../core/regimes/choose-states.js';
import type { Observations } from '../../../core/regimes/gaussian-hmm.js';
import { makeRandom } from '../../../core/stats/random.js';

/** Rows of a chain that stays 30 rows in each of `centres` on average; normal around it. */
function chainRows(centres: readonly (readonly [number, number])[], seed: number, count = 900): Observations {
  const random = makeRandom(seed);
  const values = new Float64Array(2 * count);
  let state = 0;
  for (let t = 0; t < count; t++) {
    if (random.uniform() < 1 / 30) state = (state + 1 + random.below(centres.length - 1)) % centres.length;
    values[2 * t] = centres[state]![0] + random.normal();
    values[2 * t + 1] = centres[state]![1] + random.normal();
  }
  return { values, dimensions: 2 };
}

const CENTRES = [
  [0, 0],
  [5, 0],
  [0, 5],
  [5, 5],
  [10, 0],
] as const;

for (const states of [2, 3, 5]) {
  test(`auto finds the ${states} states that the rows were drawn from`, async () => {
    const chosen = await chooseStates(chainRows(CENTRES.slice(0, states), 10 + states), 'auto', { seed: 3 });
    assert.equal(chosen.fit.model.means.length, states);
    assert.deepEqual(
      chosen.tried!.map((choice) => choice.states),
      [2, 3, 4, 5, 6],
    );
    const allowed = chosen.tried!.filter(({ problem }) => problem === null);
    assert.equal(allowed.find(({ bic }) => bic === Math.min(...allowed.map((choice) => choice.bic!)))!.states, states);
    // Four means and four variances, two transitions and one initial probability are free in two states.
    const [two] = chosen.tried!;
    assert.ok(Math.abs(two!.bic! - (-2 * two!.logLikelihood! + 11 * Math.log(900))) < 1e-9);
  });
}

test('a number asked for is taken where it can be, and one fewer each time where it cannot', async () => {
  const asked = await chooseStates(chainRows(CENTRES.slice(0, 3), 7, 300), 3, { seed: 1 });
  assert.deepEqual([asked.fit.model.means.length, asked.reduced, asked.tried], [3, null, null]);
  const twoRows = { values: Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1)), dimensions: 2 };
  const fewer = await chooseStates(twoRows, 4, { seed: 1 });
  assert.equal(fewer.fit.model.means.length, 2);
  assert.equal(fewer.reduced, '4 states: train has 2 distinct rows; 3 states: train has 2 distinct rows');
});

test('one state stands under auto where nothing else can, and the reasons are given', async () => {
  const chosen = await chooseStates({ values: new Float64Array(60).fill(1), dimensions: 2 }, 'auto', { seed: 1 });
  assert.equal(chosen.fit.model.means.length, 1);
  assert.match(chosen.reduced!, /2 states: train has 1 distinct rows; .*6 states: train has 1 distinct rows/);
});

test('numbers outside 1 to 6 are refused', async () => {
  for (const states of [0, 7, 2.5]) await assert.rejects(chooseStates(chainRows(CENTRES, 1, 50), states, { seed: 1 }), RangeError);
});
