import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeXgboost } from '../../../adapters/xgboost/index.js';
import { nativeLibraryPath } from '../../../adapters/local-paths.js';
import { runCommand } from '../../../infra/run-command.js';
import { BOOSTING_NAMES, boostingData } from '../../support/boosting-examples.js';

const library = makeXgboost();
const SETTINGS = { objective: 'binary:logistic', max_depth: 3, eta: 0.2, subsample: 0.8, seed: 3 };
const data = boostingData(600, 'binary', { isWeighted: true });
const width = BOOSTING_NAMES.length + 1;

test('a stump on four rows has the leaves worked by hand', () => {
  // At p = 1/2 each row has gradient 1/2 - y and hessian 1/4; leaf = -sum of gradients / (sum of hessians + lambda) = 1 / (1/2 + 1).
  const x = { rowCount: 4, columnCount: 1, values: Float64Array.of(1, 2, 3, 4) };
  const four = { x, y: Float64Array.of(0, 0, 1, 1), weights: new Float64Array(4).fill(1), featureNames: ['a'] };
  const booster = library.train(four, { objective: 'binary:logistic', max_depth: 1, eta: 1, lambda: 1, min_child_weight: 0, base_score: 0.5 }, 1);
  const high = 1 / (1 + Math.exp(-2 / 3));
  for (const [i, p] of booster.predict(x).entries()) assert.ok(Math.abs(p - (i < 2 ? 1 - high : high)) < 1e-7, `${p} at ${i}`);
  // Gain = sum over leaves of G^2 / (H + lambda), less the parent's 0: 2 * 1 / 1.5.
  assert.ok(Math.abs(booster.importance()[0]! - 4 / 3) < 1e-6);
  booster.dispose();
});

test('contributions add up to the log-odds of the prediction, and each line of interactions to its contribution', () => {
  const booster = library.train(data, SETTINGS, 20);
  const few = { ...data.x, rowCount: 50, values: data.x.values.subarray(0, 50 * data.x.columnCount) };
  const [p, contributions, interactions] = [booster.predict(few), booster.contributions(few), booster.interactions!(few)];
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  for (let row = 0; row < few.rowCount; row++) {
    const own = contributions.subarray(row * width, (row + 1) * width);
    assert.ok(Math.abs(1 / (1 + Math.exp(-sum(own))) - p[row]!) < 1e-6);
    for (let k = 0; k < width; k++) {
      const from = (row * width + k) * width;
      assert.ok(Math.abs(sum(interactions.subarray(from, from + width)) - own[k]!) < 1e-5);
    }
  }
  booster.dispose();
});

test('trees, predictions and contributions of these rows are the same at 1, 2 and 4 threads', () => {
  const results = [1, 2, 4].map((nthread) => {
    const booster = library.train(data, { ...SETTINGS, nthread }, 20);
    const result = [booster.modelText(), booster.predict(data.x), booster.contributions(data.x), booster.importance()];
    booster.dispose();
    return result;
  });
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
});

test('a booster read back from its text has the same text, rounds, importance and predictions', () => {
  const booster = library.train(data, SETTINGS, 20);
  const copy = library.load(booster.modelText());
  assert.equal(copy.modelText(), booster.modelText());
  assert.deepEqual([copy.rounds, copy.importance(), copy.predict(data.x)], [20, booster.importance(), booster.predict(data.x)]);
  booster.dispose();
  copy.dispose();
});

test('the round callback sees each round and stops the training by returning false', () => {
  const seen: number[] = [];
  const booster = library.train(data, SETTINGS, 10, (round) => seen.push(round) < 4);
  assert.deepEqual([seen, booster.rounds], [[0, 1, 2, 3], 4]);
  booster.dispose();
});

test('no rows are predicted and explained as nothing', () => {
  const booster = library.train(data, SETTINGS, 2);
  const none = { rowCount: 0, columnCount: data.x.columnCount, values: new Float64Array(0) };
  assert.deepEqual([booster.predict(none).length, booster.contributions(none).length], [0, 0]);
  booster.dispose();
});

test("bad parameters, bad text and bad lengths fail by name, with the library's own message and no address or clock in it", () => {
  assert.throws(() => library.train(data, { ...SETTINGS, max_depth: -3 }, 1), { name: 'NumericalError', message: /XGBoosterUpdateOneIter.*max_depth/ });
  assert.throws(
    () => library.load('not a model'),
    (error: Error) => error.name === 'NumericalError' && !/Stack trace|\d\d:\d\d:\d\d/.test(error.message),
  );
  assert.throws(() => library.train({ ...data, y: data.y.subarray(1) }, SETTINGS, 1), { name: 'RangeError', message: /600 targets.*599/ });
  assert.throws(() => library.train({ ...data, categorical: [9] }, SETTINGS, 1), { name: 'RangeError', message: /found 9/ });
  assert.throws(() => library.train({ ...data, groups: Int32Array.of(600) }, { ...SETTINGS, objective: 'rank:ndcg' }, 1), /whole queries/);
  assert.throws(() => library.train({ ...data, validation: { examples: data, patience: 3 } }, { ...SETTINGS, booster: 'dart' }, 1), /dart/);
});

test('a booster refuses another number of columns and use after dispose', () => {
  const booster = library.train(data, SETTINGS, 2);
  assert.throws(() => booster.predict({ rowCount: 1, columnCount: 2, values: new Float64Array(2) }), RangeError);
  booster.dispose();
  booster.dispose();
  assert.throws(() => booster.predict(data.x), TypeError);
});

test('a library that is missing, is no XGBoost or is another version is an UnsupportedDevice that says how to get the right one', async () => {
  const wanted = (message: RegExp) => ({ name: 'UnsupportedDevice', message });
  assert.throws(() => makeXgboost('/nonexistent/libxgboost.so').load(''), wanted(/ARES_XGBOOST_LIBRARY/));
  assert.throws(() => makeXgboost(nativeLibraryPath('lightgbm')).load(''), wanted(/expected XGBoost 3\.2\.0 .*without a version; npm start/));
  const folder = await mkdtemp(join(tmpdir(), 'ares-xgboost-'));
  try {
    const [source, old] = [join(folder, 'old.cc'), join(folder, 'old.so')];
    await writeFile(source, 'extern "C" void XGBoostVersion(int* a, int* b, int* c) { *a = 2; *b = 1; *c = 4; }');
    await runCommand(process.env['CXX'] || 'c++', ['-shared', '-fPIC', '-o', old, source]);
    assert.throws(() => makeXgboost(old).load(''), wanted(/expected XGBoost 3\.2\.0 .*found 2\.1\.4; npm start/));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
