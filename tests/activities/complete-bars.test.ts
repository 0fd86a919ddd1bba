import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeBars, completionFindings } from '../../activities/complete-bars.js';
import { barCount, barsFromTable, barsToTable } from '../../core/data/bars.js';
import { takeRows } from '../../core/data/table.js';
import { walkBars } from '../support/synthetic-bars.js';

const PERIOD_MS = 60_000;

test('repaired prices and filled bars are counted, and each touched row is flagged', () => {
  const whole = walkBars(50, 1);
  whole.low[10]! /= 10;
  const kept = Array.from({ length: 50 }, (_, row) => row).filter((row) => row < 30 || row > 34);
  const found = barsFromTable(takeRows(barsToTable(whole), kept));
  const complete = completeBars(found, { periodMs: PERIOD_MS, imputation: { method: 'carry', maxBars: 3 } });
  const { bars } = complete;
  const findings = completionFindings(found, complete, 'carry');
  assert.equal(barCount(bars), 48);
  assert.deepEqual(
    findings.map(({ check, action, count }) => [check, action, count]),
    [
      ['repaired price', 'repaired', 1],
      ['imputed bar', 'repaired', 3],
    ],
  );
  assert.equal(findings[0]!.timeMs, whole.closeTimeMs[10]);
  assert.deepEqual(
    [...bars.extras['imputed']!.keys()].filter((row) => bars.extras['imputed']![row] === 1),
    [10, 30, 31, 32],
  );
});

test('bars without a fault and without imputation are the same object', () => {
  const bars = walkBars(50, 1);
  const complete = completeBars(bars, { periodMs: PERIOD_MS, imputation: { method: 'none', maxBars: 0 } });
  assert.equal(complete.bars, bars);
  assert.deepEqual(
    completionFindings(bars, complete, 'none').map(({ action, count }) => [action, count]),
    [
      ['passed', 0],
      ['passed', 0],
    ],
  );
});

test('completing what is complete changes nothing: gaps stay as long, a new level stays where it was accepted', () => {
  const whole = walkBars(80, 2);
  for (const name of ['open', 'high', 'low', 'close'] as const) whole[name].subarray(60).forEach((price, i) => (whole[name][60 + i] = 10 * price));
  const kept = Array.from({ length: 80 }, (_, row) => row).filter((row) => row < 20 || row > 34);
  const options = { periodMs: PERIOD_MS, imputation: { method: 'carry', maxBars: 3 } } as const;
  const once = completeBars(barsFromTable(takeRows(barsToTable(whole), kept)), options);
  assert.equal(barCount(once.bars), 68);
  assert.equal(once.repairedMs.length, 5);
  const twice = completeBars(once.bars, options);
  assert.equal(twice.bars, once.bars);
  assert.deepEqual(twice.repairedMs, []);
});
