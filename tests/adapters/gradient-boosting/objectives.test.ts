/** What the objectives promise, of either library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../../adapters/xgboost/index.js';
import { BOOSTING_NAMES, CODE_COLUMN, boostingData, boostingExamples } from '../../support/boosting-examples.js';

const ROUNDS = 40;
const LIBRARIES = [
  {
    library: makeGradientBoosting(),
    base: { num_leaves: 15, learning_rate: 0.2, min_data_in_leaf: 5 },
    names: { regression: 'regression', quantile: 'quantile', level: 'alpha', rank: 'lambdarank', classes: 'multiclass', rising: '1,0,0,0,0' },
  },
  {
    library: makeXgboost(),
    base: { max_depth: 4, eta: 0.2 },
    names: {
      regression: 'reg:squarederror',
      quantile: 'reg:quantileerror',
      level: 'quantile_alpha',
      rank: 'rank:ndcg',
      classes: 'multi:softprob',
      rising: '(1,0,0,0,0)',
    },
  },
] as const;

/** A row for each value of the first column, all else equal. */
function sweep(column: number, values: readonly number[]) {
  const columnCount = BOOSTING_NAMES.length;
  const rows = new Float64Array(values.length * columnCount);
  for (const [i, value] of values.entries()) rows[i * columnCount + column] = value;
  return { rowCount: values.length, columnCount, values: rows };
}

for (const { library, base, names } of LIBRARIES) {
  test(`${library.library}: a constrained column never lowers the prediction as it rises; without the constraint it does somewhere`, () => {
    const data = boostingData(400, 'number');
    const steps = sweep(
      0,
      Array.from({ length: 200 }, (_, i) => (i - 100) / 40),
    );
    const falls = (parameters: object): number => {
      const booster = library.train(data, { ...base, objective: names.regression, ...parameters }, ROUNDS);
      const values = booster.predict(steps);
      booster.dispose();
      return values.filter((value, i) => i > 0 && value < values[i - 1]!).length;
    };
    assert.equal(falls({ monotone_constraints: names.rising }), 0);
    assert.ok(falls({}) > 0);
  });

  test(`${library.library}: nine in ten later targets lie under the 0.9 quantile, within four standard errors and a tenth of overfitting`, () => {
    const booster = library.train(boostingData(3000, 'number'), { ...base, objective: names.quantile, [names.level]: 0.9 }, ROUNDS);
    const later = boostingExamples(2000, 'number', { seed: 6 });
    const share = booster.predict(later.x).filter((value, i) => later.y[i]! <= value).length / 2000;
    assert.ok(Math.abs(share - 0.9) < 0.04, `${share}`);
    booster.dispose();
  });

  test(`${library.library}: within unseen queries the more relevant of two rows is ranked first far more often than not`, () => {
    const booster = library.train(boostingData(2000, 'relevance'), { ...base, objective: names.rank }, ROUNDS);
    const later = boostingExamples(400, 'relevance', { seed: 6 });
    const scores = booster.predict(later.x);
    let [right, pairs] = [0, 0];
    for (let i = 0; i < 400; i++) {
      for (let j = Math.floor(i / 20) * 20; j < i; j++) {
        if (later.y[i] === later.y[j]) continue;
        pairs += 1;
        right += Number(later.y[i]! > later.y[j]! === scores[i]! > scores[j]!);
      }
    }
    assert.ok(right / pairs > 0.75, `${right} of ${pairs}`);
    booster.dispose();
  });

  test(`${library.library}: probabilities of three classes add up to 1, and contributions come class after class`, () => {
    const data = boostingData(600, 'class');
    const booster = library.train(data, { ...base, objective: names.classes, num_class: 3 }, 5);
    const p = booster.predict(data.x);
    assert.equal(p.length, 600 * 3);
    for (let row = 0; row < 600; row++) assert.ok(Math.abs(p[row * 3]! + p[row * 3 + 1]! + p[row * 3 + 2]! - 1) < 1e-6);
    const contributions = booster.contributions(data.x);
    assert.equal(contributions.length, 600 * 3 * (BOOSTING_NAMES.length + 1));
    const margins = [0, 1, 2].map((k) => contributions.subarray(k * 6, (k + 1) * 6).reduce((sum, value) => sum + value, 0));
    const total = margins.reduce((sum, margin) => sum + Math.exp(margin), 0);
    for (const [k, margin] of margins.entries()) assert.ok(Math.abs(Math.exp(margin) / total - p[k]!) < 1e-6);
    booster.dispose();
  });

  test(`${library.library}: a column of codes is split by sets: one split tells codes 1 and 3 from the others`, () => {
    const data = boostingData(2000, 'number');
    const y = Float64Array.from({ length: 2000 }, (_, row) => ([1, 3].includes(data.x.values[row * BOOSTING_NAMES.length + CODE_COLUMN]!) ? 1 : 0));
    const stump = {
      objective: names.regression,
      ...(library.library === 'lightgbm' ? { num_leaves: 2, max_cat_to_onehot: 1, min_data_per_group: 1 } : { max_depth: 1, max_cat_to_onehot: 1 }),
    };
    const booster = library.train({ ...data, y, categorical: [CODE_COLUMN] }, stump, 1);
    const [other, inside, ...rest] = booster.predict(sweep(CODE_COLUMN, [0, 1, 2, 3, 4, 5]));
    assert.ok(inside! > other!);
    assert.deepEqual(rest, [other, inside, other, other]);
    booster.dispose();
  });
}

test('a parameter with a blank in it is refused: LightGBM would read two', () => {
  const [{ library }] = LIBRARIES;
  assert.throws(() => library.train(boostingData(100, 'binary'), { objective: 'binary verbosity=2' }, 1), { name: 'RangeError', message: /objective/ });
});
