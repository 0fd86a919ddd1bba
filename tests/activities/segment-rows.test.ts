import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segmentsOfRows, uniquenessBySegment } from '../../activities/segment-rows.js';

const SEGMENTS = { train: { fromMs: 0, toMs: 10 }, calibration: { fromMs: 14, toMs: 20 }, selection: { fromMs: 24, toMs: 30 }, test: { fromMs: 34, toMs: 40 } };

test('a row belongs to the segment that holds its decision and the end of its label, edges included', () => {
  const decision = Float64Array.of(0, 8, 8, 12, 14, 18, 24, 35, 5);
  const end = Float64Array.of(3, 10, 11, 13, 20, 21, 30, 36, Number.NaN);
  assert.deepEqual(segmentsOfRows(SEGMENTS, decision, end), ['train', 'train', 'none', 'none', 'calibration', 'none', 'selection', 'none', 'none']);
});

test('uniqueness counts labels of the same segment only', () => {
  const start = Float64Array.of(0, 0, 14, 12);
  const end = Float64Array.of(4, 4, 18, 16);
  assert.deepEqual([...uniquenessBySegment(['train', 'train', 'calibration', 'none'], start, end)], [0.5, 0.5, 1, Number.NaN]);
});
