import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measureRows, standardiseRows, standardiseWindows } from '../../../core/nn/scale-rows.js';
import { gatherSequences } from '../../../core/nn/sequence-batch.js';

test('sequences of the windows alone are those of the whole matrix, whichever rows are asked for', () => {
  const cases = fc.record({
    columnCount: fc.integer({ min: 1, max: 3 }),
    window: fc.integer({ min: 1, max: 6 }),
    cells: fc.array(fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constant(Number.NaN)), { minLength: 3, maxLength: 60 }),
    picks: fc.array(fc.nat(), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(cases, ({ columnCount, window, cells, picks }) => {
      const rowCount = Math.floor(cells.length / columnCount);
      const matrix = { rowCount, columnCount, values: Float64Array.from(cells.slice(0, rowCount * columnCount)) };
      const rows = Int32Array.from(picks, (pick) => pick % rowCount);
      const scale = measureRows(
        matrix,
        Int32Array.from({ length: rowCount }, (_, row) => row),
      );
      const part = standardiseWindows(matrix, { rows, window }, scale);
      assert.deepEqual(gatherSequences(part.input, part.rows, window), gatherSequences(standardiseRows(matrix, scale), rows, window));
    }),
  );
});

test('one row of a long matrix needs its window and no more', () => {
  const matrix = { rowCount: 1000, columnCount: 2, values: new Float64Array(2000).map((_, i) => i) };
  const { input, rows } = standardiseWindows(matrix, { rows: Int32Array.of(700), window: 16 }, { means: [0, 0], deviations: [1, 1] });
  assert.equal(input.rowCount, 16);
  assert.deepEqual([...rows], [15]);
});
