/** Both boosting libraries beside their own Python wheels, on every objective that the port names. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../../adapters/xgboost/index.js';
import type { BoosterData } from '../../../core/models/gradient-boosting.js';
import type { Matrix } from '../../../core/models/model.js';
import { CODE_COLUMN, boostingData, boostingExamples } from '../../support/boosting-examples.js';
import type { Target } from '../../support/boosting-examples.js';
import { INTERACTION_ROWS, trainInPython } from '../../support/boosting-python.js';
import type { BoostingCase, PythonAnswer } from '../../support/boosting-python.js';

const ROWS = 1500;
const LATER_ROWS = 300;
const LIBRARIES = { lightgbm: makeGradientBoosting(), xgboost: makeXgboost() } as const;

type Library = keyof typeof LIBRARIES;

interface Wanted {
  readonly target: Target;
  readonly parameters: BoostingCase['parameters'];
  readonly more?: Partial<BoosterData>;
  readonly isWeighted?: boolean;
  readonly rounds?: number;
}

function caseOf(
  library: Library,
  name: string,
  { target, parameters, more = {}, isWeighted = false, rounds = 25 }: Wanted,
): BoostingCase & { library: Library } {
  const data = { ...boostingData(ROWS, target, { isWeighted }), ...more };
  return { name, library, parameters, rounds, data, later: boostingExamples(LATER_ROWS, target, { seed: 6 }) };
}

const watched = (target: Target): Partial<BoosterData> => ({ validation: { examples: boostingExamples(LATER_ROWS, target, { seed: 7 }), patience: 5 } });
const LGB = { num_leaves: 7, learning_rate: 0.1, min_data_in_leaf: 20, seed: 3 };
const XGB = { max_depth: 3, eta: 0.2, seed: 3 };
const BAGGED = { bagging_fraction: 0.7, bagging_freq: 1, feature_fraction: 0.8 };
const CASES = [
  caseOf('lightgbm', 'binary, weighted', { target: 'binary', parameters: { ...LGB, ...BAGGED, objective: 'binary' }, isWeighted: true }),
  caseOf('lightgbm', 'regression', { target: 'number', parameters: { ...LGB, objective: 'regression' } }),
  caseOf('lightgbm', 'quantile', { target: 'number', parameters: { ...LGB, objective: 'quantile', alpha: 0.9 } }),
  caseOf('lightgbm', 'lambdarank', { target: 'relevance', parameters: { ...LGB, objective: 'lambdarank' } }),
  caseOf('lightgbm', 'multiclass', { target: 'class', parameters: { ...LGB, objective: 'multiclass', num_class: 3 } }),
  caseOf('lightgbm', 'dart', { target: 'binary', parameters: { ...LGB, objective: 'binary', boosting: 'dart', drop_rate: 0.3 } }),
  caseOf('lightgbm', 'goss', { target: 'binary', parameters: { ...LGB, objective: 'binary', data_sample_strategy: 'goss' } }),
  caseOf('lightgbm', 'rf', { target: 'binary', parameters: { ...LGB, ...BAGGED, objective: 'binary', boosting: 'rf' } }),
  caseOf('lightgbm', 'extra trees', { target: 'binary', parameters: { ...LGB, ...BAGGED, objective: 'binary', boosting: 'rf', extra_trees: true } }),
  caseOf('lightgbm', 'a column of codes', { target: 'binary', parameters: { ...LGB, objective: 'binary' }, more: { categorical: [CODE_COLUMN] } }),
  caseOf('lightgbm', 'monotone', { target: 'number', parameters: { ...LGB, objective: 'regression', monotone_constraints: '1,0,0,0,0' } }),
  caseOf('lightgbm', 'early stopping', {
    target: 'binary',
    parameters: { ...LGB, learning_rate: 0.5, objective: 'binary' },
    more: watched('binary'),
    rounds: 200,
  }),
  // More is better of this one: a side that took the least for the best would keep one round.
  caseOf('lightgbm', 'early stopping by AUC', {
    target: 'binary',
    parameters: { ...LGB, learning_rate: 0.5, objective: 'binary', metric: 'auc' },
    more: watched('binary'),
    rounds: 200,
  }),
  caseOf('xgboost', 'binary, weighted', {
    target: 'binary',
    parameters: { ...XGB, objective: 'binary:logistic', subsample: 0.7, colsample_bynode: 0.8 },
    isWeighted: true,
  }),
  caseOf('xgboost', 'regression', { target: 'number', parameters: { ...XGB, objective: 'reg:squarederror' } }),
  caseOf('xgboost', 'quantile', { target: 'number', parameters: { ...XGB, objective: 'reg:quantileerror', quantile_alpha: 0.9 } }),
  caseOf('xgboost', 'ranking', { target: 'relevance', parameters: { ...XGB, objective: 'rank:ndcg' } }),
  caseOf('xgboost', 'multiclass', { target: 'class', parameters: { ...XGB, objective: 'multi:softprob', num_class: 3 } }),
  caseOf('xgboost', 'dart', { target: 'binary', parameters: { ...XGB, objective: 'binary:logistic', booster: 'dart', rate_drop: 0.3 } }),
  caseOf('xgboost', 'a column of codes', { target: 'binary', parameters: { ...XGB, objective: 'binary:logistic' }, more: { categorical: [CODE_COLUMN] } }),
  caseOf('xgboost', 'monotone', { target: 'number', parameters: { ...XGB, objective: 'reg:squarederror', monotone_constraints: '(1,0,0,0,0)' } }),
  caseOf('xgboost', 'early stopping', {
    target: 'binary',
    parameters: { ...XGB, eta: 0.8, objective: 'binary:logistic' },
    more: watched('binary'),
    rounds: 200,
  }),
  caseOf('xgboost', 'early stopping by AUC', {
    target: 'binary',
    parameters: { ...XGB, eta: 0.8, objective: 'binary:logistic', eval_metric: 'auc' },
    more: watched('binary'),
    rounds: 200,
  }),
];

/** LightGBM's text up to its parameters; of XGBoost's JSON everything but the attributes that Python's early stopping leaves. */
function treesOf(library: Library, text: string): unknown {
  if (library === 'lightgbm') return text.slice(0, text.indexOf('end of trees'));
  const model = JSON.parse(text);
  return { ...model, learner: { ...model.learner, attributes: {} } };
}

/** Python predicts from a matrix of its own, we in place: for dropped trees the library then adds 32-bit floats in another order. */
const DART_TOLERANCE = 2 ** -23;

function assertClose(actual: Float64Array, expected: Float64Array, { what, tolerance = 1e-12 }: { what: string; tolerance?: number }): void {
  assert.equal(actual.length, expected.length, what);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  assert.ok(worst <= tolerance, `${what} differ by ${worst}`);
}

function firstRows(x: Matrix, rowCount: number): Matrix {
  return { ...x, rowCount, values: x.values.subarray(0, rowCount * x.columnCount) };
}

describe('beside the Python wheels of LightGBM 4.7.0 and XGBoost 3.2.0', () => {
  let answers: readonly PythonAnswer[] = [];
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ares-boosting-'));
    answers = await trainInPython(folder, CASES);
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  for (const [i, { library, name, parameters, rounds, data, later }] of CASES.entries()) {
    test(`${library}, ${name}: trees to the letter, predictions and contributions to 1e-12`, () => {
      const answer = answers[i]!;
      const booster = LIBRARIES[library].train(data, parameters, rounds);
      assert.equal(booster.rounds, answer.rounds);
      if (data.validation !== undefined) assert.ok(booster.rounds > 1 && booster.rounds < rounds - 5, `${booster.rounds} rounds`);
      assert.deepEqual(treesOf(library, booster.modelText()), treesOf(library, answer.model!));
      assertClose(booster.predict(later.x), answer.predictions, { what: 'predictions', tolerance: name === 'dart' ? DART_TOLERANCE : 1e-12 });
      // LightGBM's own contributions to a forest add up to the sum of its trees, ours to the mean, which is the prediction.
      const scale = parameters['boosting'] === 'rf' ? rounds : 1;
      assertClose(
        booster.contributions(later.x),
        answer.contributions.map((value) => value / scale),
        { what: 'contributions' },
      );
      if (booster.interactions !== null) assertClose(booster.interactions(firstRows(later.x, INTERACTION_ROWS)), answer.interactions, { what: 'interactions' });
      booster.dispose();
    });
  }

  test('the early stopping of both sides was asked to judge, and interactions were compared', () => {
    assert.equal(CASES.filter(({ data }) => data.validation !== undefined).length, 4);
    assert.equal(
      answers.filter(({ interactions }) => interactions.length >= INTERACTION_ROWS * 36).length,
      CASES.filter(({ library }) => library === 'xgboost').length,
    );
  });
});
