import assert from 'node:assert/strict';
import test from 'node:test';
import type { SpecialistExamples } from '../../activities/specialist-examples.js';
import { planSpecialistFolds } from '../../activities/specialist-folds.js';
import { makeRandom } from '../../core/stats/random.js';

const ROWS = 200;
const MINUTE = 60_000;
const LABEL_MINUTES = 5;

/** A row a minute, each label known five minutes later; every third row belongs to the regime. */
function makeExamples(): SpecialistExamples {
  const random = makeRandom(4);
  const startMs = Float64Array.from({ length: ROWS }, (_, i) => i * MINUTE);
  return {
    matrix: { rowCount: ROWS, columnCount: 2, values: Float64Array.from({ length: 2 * ROWS }, () => random.normal()) },
    names: ['a', 'b'],
    row: Int32Array.from(startMs.keys()),
    closeTimeMs: startMs,
    startMs,
    endMs: startMs.map((start) => start + LABEL_MINUTES * MINUTE),
    label: startMs.map(() => random.below(2)),
    uniqueness: new Float64Array(ROWS).fill(1 / LABEL_MINUTES),
    weight: new Float64Array(ROWS).fill(1 / LABEL_MINUTES),
    bootstrapSeed: null,
    segment: Array.from(startMs, () => 'train'),
    own: Uint8Array.from(startMs, (_, i) => Number(i % 3 === 0)),
    keptColumns: ['a', 'b'],
    foldColumns: null,
  };
}

/** Mean over a label's minutes of one over the labels that live in it: by definition, minute by minute. */
function uniquenessAmong(rows: readonly number[], row: number): number {
  let sum = 0;
  for (let minute = row; minute < row + LABEL_MINUTES; minute++) sum += 1 / rows.filter((other) => other <= minute && minute < other + LABEL_MINUTES).length;
  return sum / LABEL_MINUTES;
}

test("a fold weighs its rows by their uniqueness among the rows that are left after purging, every regime's, and by no label of the rows left out", () => {
  const examples = makeExamples();
  const folds = planSpecialistFolds(examples, { folds: 4, embargoMs: 3 * MINUTE, minimumEffectiveSample: 1, isPooled: false });
  assert.ok(!('reason' in folds) && folds.length === 4);
  let raised = 0;
  for (const { fit, test: left } of folds) {
    const [from, to] = [left[0]!, left.at(-1)!];
    // Purged: labels that reach into the fold, and rows until its last label and the embargo are over.
    const train = [...examples.row].filter((row) => row + LABEL_MINUTES <= from || row > to + LABEL_MINUTES + 3);
    assert.deepEqual(
      [...fit.rows],
      train.filter((row) => examples.own[row] === 1),
    );
    fit.rows.forEach((row, i) => {
      const expected = uniquenessAmong(train, row);
      assert.ok(Math.abs(fit.weights[i]! - expected) < 1e-12, `row ${row}: ${fit.weights[i]} for ${expected}`);
      if (expected > uniquenessAmong([...examples.row], row) + 0.01) raised += 1;
    });
  }
  assert.ok(raised >= 4, 'beside each gap rows are less crowded than on all of train');
});
