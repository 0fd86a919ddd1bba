/** docs/model-scores.md: a row of every registered family, and rows that this machine can compute again to the printed digit. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { baselineRow, familyRow } from '../support/model-scores-page.js';
import { registeredFamilies, scoreModels } from '../support/model-scores.js';
import { cloneRoot } from '../support/repository.js';
import { testData } from '../support/test-data.js';

const page = await readFile(join(cloneRoot(), 'docs', 'model-scores.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| '));
const remedy = 'run node dist/tests/support/write-model-scores.js after a build';

/** A row without its last cell, the seconds of the machine that wrote it. */
function lasting(row: string): string {
  return row.slice(0, row.slice(0, -2).lastIndexOf('|'));
}

function rowOf(family: string): string {
  const found = rows.filter((line) => line.startsWith(`| \`${family}\` |`));
  assert.equal(found.length, 1, `expected one row of ${family}: ${remedy}`);
  return found[0]!;
}

test('the page has a row of every registered family, with an interval that holds its value', async () => {
  for (const family of await registeredFamilies()) {
    const intervals = [...rowOf(family).matchAll(/([+-]?\d+\.\d+) \[([+-]?\d+\.\d+), ([+-]?\d+\.\d+)\]/g)];
    assert.equal(intervals.length, 3, family);
    for (const [, value, low, high] of intervals) assert.ok(Number(low) <= Number(value) && Number(value) <= Number(high), `${family}: ${value}`);
  }
});

const skip = testData === null ? 'no market data: ARES_TEST_DATA names none, and ../shared/data is absent' : false;

test('steps 2 to 6 on the real bars give the rows of the base rate, lightgbm and linear anew, to the last printed digit', { skip }, async () => {
  const scores = await scoreModels(testData!, ['lightgbm', 'linear']);
  assert.ok(rows.includes(baselineRow(scores)), `${baselineRow(scores)} is not on the page: ${remedy}`);
  for (const family of scores.families) assert.equal(lasting(rowOf(family.family)), lasting(familyRow(family)), remedy);
});
