/** Scores in long form: the four metrics, and the table's columns. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { classificationScores, scoreTable } from '../../../core/metrics/score-rows.js';
import { checkTable } from '../../../pipeline/check-table.js';

const subject = { model: 'm', method: 'raw', segment: 'selection' };

test('the four forecasts of M3.4.20 have their Brier score and log loss, AUC 1 and an effective sample of the weights', () => {
  const rows = classificationScores(subject, {
    y: Float64Array.of(0, 1, 1, 0),
    p: Float64Array.of(0.1, 0.9, 0.8, 0.3),
    weights: new Float64Array(4).fill(0.5),
  });
  const values = Object.fromEntries(rows.map((row) => [row.metric, row.value]));
  assert.ok(Math.abs(values['brier']! - 0.0375) < 1e-12);
  assert.ok(Math.abs(values['log-loss']! - 0.197634882) < 1e-9);
  assert.equal(values['auc'], 1);
  assert.equal(values['effective-sample'], 2);
  assert.ok(rows.every((row) => row.count === 4 && row.segment === 'selection'));
});

test('no rows give NaN scores with count 0, which the table may hold', () => {
  const rows = classificationScores(subject, { y: new Float64Array(0), p: new Float64Array(0), weights: new Float64Array(0) });
  const table = checkTable(scoreTable(rows), 'ares.scores', 'scores');
  assert.equal(table.rowCount, 4);
  assert.deepEqual([...(table.columns['count'] as Int32Array)], [0, 0, 0, 0]);
});
