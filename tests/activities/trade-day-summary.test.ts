import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TradeDaySummary } from '../../activities/trade-day-summary.js';
import { checkDays, summarizeTradeDay } from '../../activities/trade-day-summary.js';
import { makeTable } from '../../core/data/table.js';
import type { QualityFinding } from '../../pipeline/market-source.js';

const found = (check: string, action: QualityFinding['action'], count: number): QualityFinding => ({
  check,
  action,
  count,
  file: 'a.csv',
  line: 3,
  timeMs: 1,
  detail: 'where it is',
});
const day = (first: number, last: number, checks: TradeDaySummary['checks'] = []): TradeDaySummary => ({
  rows: last - first + 1,
  first: { id: first, timeMs: first },
  last: { id: last, timeMs: last },
  checks,
});
const EMPTY: TradeDaySummary = { rows: 0, first: null, last: null, checks: [{ check: 'empty day', action: 'flagged', count: 0 }] };

test('the summary of a day has its first and last trade, none for a day without trades, and its checks without their places', () => {
  const trades = makeTable({ id: Float64Array.of(3, 4, 9), timeMs: Float64Array.of(10, 11, 12) });
  assert.deepEqual(summarizeTradeDay(trades, [found('bad tick', 'flagged', 2)]), {
    rows: 3,
    first: { id: 3, timeMs: 10 },
    last: { id: 9, timeMs: 12 },
    checks: [{ check: 'bad tick', action: 'flagged', count: 2 }],
  });
  const none = summarizeTradeDay(makeTable({ id: new Float64Array(0), timeMs: new Float64Array(0) }), []);
  assert.deepEqual([none.first, none.last, none.rows], [null, null, 0]);
});

test('ids that are missing between two days are told where they are missing, over days without trades too', () => {
  const findings = checkDays([
    { day: '2024-01-01', summary: day(1, 10) },
    { day: '2024-01-02', summary: day(11, 20) },
    { day: '2024-01-03', summary: EMPTY },
    { day: '2024-01-04', summary: day(25, 30) },
  ]);
  assert.deepEqual(
    findings.map(({ check, count, timeMs }) => [check, count, timeMs]),
    [
      ['empty day', 1, Date.UTC(2024, 0, 3)],
      ['missing trade ids', 4, 25],
    ],
  );
});

test('each check comes once a verdict, summed over the days', () => {
  const findings = checkDays([
    { day: '2024-01-01', summary: day(1, 10, [found('bad tick', 'flagged', 2), found('trades', 'passed', 10)]) },
    { day: '2024-01-02', summary: day(11, 20, [found('bad tick', 'passed', 0), found('trades', 'passed', 10)]) },
    { day: '2024-01-03', summary: day(21, 30, [found('bad tick', 'flagged', 5)]) },
  ]);
  assert.deepEqual(
    findings.map(({ check, action, count, detail }) => [check, action, count, detail.split(';')[0]]),
    [
      ['bad tick', 'flagged', 7, 'over 2 days, first 2024-01-01'],
      ['trades', 'passed', 20, 'over 2 days, first 2024-01-01'],
      ['bad tick', 'passed', 0, 'over 1 days, first 2024-01-02'],
    ],
  );
});

test('days whose ids do not rise are refused with the day and both ids', () => {
  const days = [
    { day: '2024-01-01', summary: day(1, 10) },
    { day: '2024-01-02', summary: day(10, 20) },
  ];
  assert.throws(() => checkDays(days), {
    name: 'InvalidData',
    message: 'trades of 2024-01-02: expected ids above 10, the last one before, found 10',
  });
});
