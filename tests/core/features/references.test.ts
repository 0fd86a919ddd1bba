/** Every feature equals an independent computation of it: TA-Lib where it has the indicator, else the paper's formula in numpy. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { FEATURES } from '../../../core/features/features.js';
import type { FeatureComparison } from '../../support/compare-features.js';
import { compareFeatures } from '../../support/compare-features.js';
import { CHECKED_ELSEWHERE } from '../../support/feature-references.js';
import { featuresPage } from '../../support/features-page.js';
import { cloneRoot } from '../../support/repository.js';
import { testData } from '../../support/test-data.js';

const skip = testData === null ? 'no market data: set ARES_TEST_DATA' : false;
let comparisons: readonly FeatureComparison[] = [];

before(async () => {
  if (testData !== null) comparisons = await compareFeatures(testData);
});

test('each of over 140 features equals its reference on real bars within its tolerance, on at least 650 of them', { skip }, () => {
  assert.ok(comparisons.length > 140, `found ${comparisons.length}`);
  const apart = comparisons.filter(({ error, tolerance, count }) => !(error <= tolerance) || count < 650);
  assert.deepEqual(apart, []);
});

test('every feature is compared here or in the test that the table names', { skip }, () => {
  const checked = new Set([...comparisons.map(({ name }) => name), ...CHECKED_ELSEWHERE.flatMap(({ features }) => features)]);
  assert.deepEqual(
    FEATURES.filter(({ name }) => !checked.has(name)).map(({ name }) => name),
    [],
  );
});

test('the table names tests that exist and features of the registry, each once', () => {
  const names = new Set(FEATURES.map(({ name }) => name));
  const listed = CHECKED_ELSEWHERE.flatMap(({ features }) => features);
  assert.deepEqual(
    listed.filter((name, i) => !names.has(name) || listed.indexOf(name) !== i),
    [],
  );
  for (const { test: path } of CHECKED_ELSEWHERE) assert.ok(existsSync(join(cloneRoot(), path)), path);
});

test('docs/features.md is what the registry and the comparison give', { skip }, () => {
  const page = readFileSync(join(cloneRoot(), 'docs', 'features.md'), 'utf8');
  assert.equal(page, featuresPage(comparisons), 'run node dist/tests/support/write-features-page.js after a build');
});
