import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import type { BoosterData } from '../../../core/models/gradient-boosting.js';
import { makeRandom } from '../../../core/stats/random.js';
import { testData } from '../../support/test-data.js';

const library = makeGradientBoosting();
const skip = testData === null ? 'no real market data: set ARES_TEST_DATA' : false;

interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function readCsv(name: string): Csv {
  const [header, ...rows] = gunzipSync(readFileSync(join(testData!, 'oracle', name)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return { header: header!, rows };
}

function loadOracle(kind: 'binary' | 'regression') {
  const { header, rows } = readCsv(`lightgbm-ETHUSDT-${kind}-data.csv.gz`);
  const info = JSON.parse(readFileSync(join(testData!, 'oracle', `lightgbm-ETHUSDT-${kind}-params.json`), 'utf8'));
  const columns = info.features.map((name: string) => header.indexOf(name));
  const number = (text: string | undefined) => (text === '' ? Number.NaN : Number(text));
  const matrix = (part: readonly (readonly string[])[]) => ({
    rowCount: part.length,
    columnCount: columns.length,
    values: Float64Array.from(part.flatMap((row) => columns.map((column: number) => number(row[column])))),
  });
  const train = rows.filter((row) => row[header.indexOf('split')] === 'train');
  const data: BoosterData = {
    x: matrix(train),
    y: Float64Array.from(train, (row) => Number(row[header.indexOf('target')])),
    weights: new Float64Array(train.length).fill(1),
    featureNames: info.features,
  };
  const rest = rows.filter((row) => row[header.indexOf('split')] === 'test');
  return {
    data,
    info,
    all: matrix(rows),
    test: matrix(rest),
    predictions: Float64Array.from(rows, (row) => Number(row[header.indexOf('pred')])),
    model: readFileSync(join(testData!, 'oracle', `lightgbm-ETHUSDT-${kind}-model.txt`), 'utf8'),
  };
}

const treesOf = (text: string) => text.slice(0, text.indexOf('end of trees'));

function assertClose(actual: Float64Array, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${actual[i]} is not ${expected[i]} at ${i}`);
}

for (const kind of ['binary', 'regression'] as const) {
  test(`${kind} trees and predictions on ETHUSDT bars are those of the Python wheel of LightGBM 4.7.0`, { skip }, () => {
    const oracle = loadOracle(kind);
    const booster = library.train(oracle.data, oracle.info.params, oracle.info.num_boost_round);
    assert.equal(treesOf(booster.modelText()), treesOf(oracle.model));
    assertClose(booster.predict(oracle.all), oracle.predictions, 1e-12);
    booster.dispose();
  });
}

test('contributions on ETHUSDT bars are those of the Python wheel and sum to the log-odds', { skip }, () => {
  const oracle = loadOracle('binary');
  const { rows } = readCsv('lightgbm-ETHUSDT-binary-contrib.csv.gz');
  const booster = library.load(oracle.model);
  const width = oracle.test.columnCount + 1;
  const head = { ...oracle.test, rowCount: rows.length, values: oracle.test.values.subarray(0, rows.length * oracle.test.columnCount) };
  const contributions = booster.contributions(head);
  assertClose(
    contributions,
    rows.flatMap((row) => row.slice(1).map(Number)),
    1e-12,
  );
  const predictions = booster.predict(head);
  for (let row = 0; row < rows.length; row++) {
    const logOdds = contributions.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(1 / (1 + Math.exp(-logOdds)) - predictions[row]!) < 1e-12);
  }
  booster.dispose();
});

function syntheticData(rowCount: number): BoosterData {
  const random = makeRandom(5);
  const columnCount = 6;
  const values = Float64Array.from({ length: rowCount * columnCount }, () => (random.uniform() < 0.05 ? Number.NaN : random.normal()));
  const y = Float64Array.from({ length: rowCount }, (_, i) => (random.normal() < (values[i * columnCount] || 0) ? 1 : 0));
  const weights = Float64Array.from({ length: rowCount }, () => 0.25 + random.uniform());
  return { x: { rowCount, columnCount, values }, y, weights, featureNames: ['a', 'b', 'c', 'd', 'e', 'f'] };
}

const SETTINGS = { objective: 'binary', num_leaves: 7, bagging_fraction: 0.8, bagging_freq: 1, feature_fraction: 0.7, seed: 3 };

test('model text, predictions and contributions are the same at 1, 2 and 4 threads', () => {
  const data = syntheticData(3000);
  const results = [1, 2, 4].map((threads) => {
    const booster = library.train(data, { ...SETTINGS, num_threads: threads }, 30);
    const result = {
      text: booster.modelText(),
      predictions: booster.predict(data.x),
      contributions: booster.contributions(data.x),
      gains: booster.importance(),
    };
    booster.dispose();
    return result;
  });
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
});

test('a booster read back from its text predicts the same bits', () => {
  const data = syntheticData(500);
  const booster = library.train(data, SETTINGS, 20);
  const copy = library.load(booster.modelText());
  assert.deepEqual(copy.predict(data.x), booster.predict(data.x));
  booster.dispose();
  copy.dispose();
});

test('weights change what is fitted', () => {
  const data = syntheticData(400);
  const first = library.train(data, SETTINGS, 5);
  const second = library.train({ ...data, weights: data.weights.map((weight, i) => (i % 2 === 0 ? weight * 3 : weight)) }, SETTINGS, 5);
  assert.notDeepEqual(second.predict(data.x), first.predict(data.x));
  first.dispose();
  second.dispose();
});

test('the round callback sees each round and stops the training by returning false', () => {
  const seen: number[] = [];
  const booster = library.train(syntheticData(400), SETTINGS, 10, (round) => seen.push(round) < 4);
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.equal(booster.modelText().match(/^Tree=/gm)?.length, 4);
  booster.dispose();
});

test("a bad parameter fails with the library's own message", () => {
  assert.throws(() => library.train(syntheticData(50), { ...SETTINGS, num_leaves: 1 }, 1), { name: 'NumericalError', message: /num_leaves/ });
});

test('text that is no model fails by name', () => {
  assert.throws(() => library.load('not a model'), { name: 'NumericalError', message: /LGBM_BoosterLoadModelFromString/ });
});

test('a booster refuses another number of columns and use after dispose', () => {
  const data = syntheticData(200);
  const booster = library.train(data, SETTINGS, 2);
  assert.throws(() => booster.predict({ rowCount: 1, columnCount: 2, values: new Float64Array(2) }), RangeError);
  booster.dispose();
  booster.dispose();
  assert.throws(() => booster.predict(data.x), TypeError);
});

test('a missing library is an UnsupportedDevice that says how to get it', () => {
  const missing = makeGradientBoosting('/nonexistent/lib_lightgbm.so');
  assert.throws(() => missing.load('tree'), { name: 'UnsupportedDevice', message: /ARES_LIGHTGBM_LIBRARY/ });
});
