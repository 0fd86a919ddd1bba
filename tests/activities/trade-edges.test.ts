import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TradeEdges } from '../../activities/trade-edges.js';
import { checkDays, tradeEdges } from '../../activities/trade-edges.js';
import { makeTable } from '../../core/data/table.js';

const edges = (first: number, last: number): TradeEdges => ({ rows: last - first + 1, first: { id: first, timeMs: first }, last: { id: last, timeMs: last } });
const EMPTY: TradeEdges = { rows: 0, first: null, last: null };

test('the edges of a day are its first and last trade, and none for a day without trades', () => {
  assert.deepEqual(tradeEdges(makeTable({ id: Float64Array.of(3, 4, 9), timeMs: Float64Array.of(10, 11, 12) })), {
    rows: 3,
    first: { id: 3, timeMs: 10 },
    last: { id: 9, timeMs: 12 },
  });
  assert.deepEqual(tradeEdges(makeTable({ id: new Float64Array(0), timeMs: new Float64Array(0) })), EMPTY);
});

test('ids that are missing between two days are told where they are missing, over days without trades too', () => {
  const findings = checkDays([
    { day: '2024-01-01', edges: edges(1, 10) },
    { day: '2024-01-02', edges: edges(11, 20) },
    { day: '2024-01-03', edges: EMPTY },
    { day: '2024-01-04', edges: edges(25, 30) },
  ]);
  assert.deepEqual(
    findings.map(({ check, count, timeMs }) => [check, count, timeMs]),
    [
      ['empty day', 0, Date.UTC(2024, 0, 3)],
      ['missing trade ids', 4, 25],
    ],
  );
});

test('days whose ids do not rise are refused with the day and both ids', () => {
  assert.throws(
    () =>
      checkDays([
        { day: '2024-01-01', edges: edges(1, 10) },
        { day: '2024-01-02', edges: edges(10, 20) },
      ]),
    {
      name: 'InvalidData',
      message: 'trades of 2024-01-02: expected ids above 10, the last one before, found 10',
    },
  );
});
