import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatten, keyOf, nameFigures, paramValue } from '../../../adapters/tracking/mlflow-names.js';
import type { Figure } from '../../../pipeline/report.js';

const figure = (name: string, section = 'Test'): Figure => ({ section, name, value: 1, unit: '', source: 'a/b@c' });
const ACCEPTED = /^[\w.\- ]+(\/[\w.\- ]+)*$/;

test('a metric key keeps words and drops what MLflow refuses', () => {
  assert.equal(keyOf('Scores/analyst, BULL (40 rows): log loss'), 'Scores/analyst BULL 40 rows log loss');
  assert.equal(keyOf('../a//./b'), 'a/b');
  for (const name of ['', '///', '..', 'é', 'a'.repeat(400), 'x/'.repeat(300)]) {
    assert.match(keyOf(name), ACCEPTED, name);
    assert.ok(keyOf(name).length <= 250);
  }
});

test('figures that would share a key, or differ in case only, keep keys of their own', () => {
  const figures = [figure('a (b)'), figure('a b'), figure('A b'), figure('a (b)'), figure('other')];
  const keys = nameFigures(figures).map(({ key }) => key.toLowerCase());
  assert.equal(new Set(keys).size, figures.length);
  assert.equal(keys[4], 'test/other');
  assert.deepEqual(
    nameFigures(figures).map(({ key }) => key),
    nameFigures(figures).map(({ key }) => key),
  );
});

test('a parameter that is too long is named by its hash and length, and no shorter one is changed', () => {
  assert.equal(paramValue('x'.repeat(500)), 'x'.repeat(500));
  assert.match(paramValue('x'.repeat(501)), /^sha256 [0-9a-f]{64} of 501 characters/);
  assert.ok(paramValue('x'.repeat(10_000)).length <= 500);
});

test('nested values become dotted leaves, lists JSON, and absent ones nothing', () => {
  assert.deepEqual(flatten({ a: { b: 1, c: [1, 2] }, d: 'text', e: null, f: undefined, g: false }), {
    'a.b': '1',
    'a.c': '[1,2]',
    d: 'text',
    e: 'null',
    g: 'false',
  });
});
