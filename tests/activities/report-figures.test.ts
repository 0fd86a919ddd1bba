import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawdownChart, histogram, windowChart } from '../../activities/report-charts.js';
import { makeFigureCollector } from '../../activities/report-figures.js';
import { figuresCsv, figuresTable } from '../../activities/report-formats.js';
import { makeTable } from '../../core/data/table.js';

const ORIGIN = { section: 'Test', source: `step/name@${'0'.repeat(64)}` };

test('every number of a JSON value becomes a figure named by its path, elements by what they are called', () => {
  const collector = makeFigureCollector();
  collector.addJson(ORIGIN, 'risk', {
    schema: 'ares.x',
    tail: [{ level: 0.95, valueAtRisk: 0.02 }],
    sharpe: null,
    beginsMs: 1_700_000_000_000,
    list: Array.from({ length: 13 }, (_, i) => i),
  });
  assert.deepEqual(
    collector.figures.map(({ name, value, unit }) => [name, value, unit]),
    [
      ['risk tail 0.95 level', 0.95, ''],
      ['risk tail 0.95 value at risk', 0.02, 'fraction'],
      ['risk sharpe', null, 'ratio'],
      ['risk begins ms', 1_700_000_000_000, 'ms UTC'],
      ['risk list entries', 13, 'count'],
    ],
  );
});

test('words go into a table of their section, and "too little data" into the list with its reason', () => {
  const collector = makeFigureCollector();
  collector.addJson(ORIGIN, '', { regimes: [{ regime: 'BULL', status: 'pooled', reason: '3 rows' }], rule: 'one look' });
  assert.deepEqual(collector.insufficient, ['Test, regimes, BULL: pooled (3 rows)']);
  assert.deepEqual(
    collector.wordTables().map(({ section, rows }) => [section, rows.map((row) => row.slice(0, 2))]),
    [
      [
        'Test',
        [
          ['regimes BULL status', 'pooled'],
          ['regimes BULL reason', '3 rows'],
          ['rule', 'one look'],
        ],
      ],
    ],
  );
});

test('NaN and infinities are figures without a value', () => {
  const collector = makeFigureCollector();
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1.5]) collector.add(ORIGIN, 'x', { value, unit: '' });
  assert.deepEqual(
    collector.figures.map((figure) => figure.value),
    [null, null, 1.5],
  );
  assert.deepEqual([...(figuresTable(collector.figures).columns['value'] as Float64Array)], [Number.NaN, Number.NaN, 1.5]);
});

test('CSV cells with commas, quotes or line ends are quoted, and doubles keep every digit', () => {
  const csv = figuresCsv([{ section: 'a, b', name: 'say "x"', value: 0.1 + 0.2, unit: '', source: 's' }]);
  assert.equal(csv, 'section,name,value,unit,source\r\n"a, b","say ""x""",0.30000000000000004,,s\r\n');
});

test('drawdown of 1, 2, 1, 4, 3 is 0, 0, -1/2, 0, -1/4', () => {
  const [series] = drawdownChart('Test', 'x', [{ name: 's', x: [0, 1, 2, 3, 4], y: [1, 2, 1, 4, 3] }]).series;
  assert.deepEqual(series?.y, [0, 0, -0.5, 0, -0.25]);
});

test('a histogram counts every value once, the largest in the last bar', () => {
  const { x, y } = histogram(
    'h',
    Float64Array.from({ length: 101 }, (_, i) => i / 100),
  );
  assert.equal(
    y.reduce((sum, count) => sum + count, 0),
    101,
  );
  assert.deepEqual([x[0], x.at(-1), x.length], [0, 1, 41]);
  assert.ok((y.at(-2) ?? 0) >= 3);
  assert.deepEqual(histogram('h', Float64Array.of(2, 2)), { name: 'h', x: [2, 3], y: [2, 0] });
});

test('each window has its strategy in the first half of its test and buy-and-hold in the second', () => {
  const table = makeTable({
    testFromMs: Float64Array.of(0, 10),
    testToMs: Float64Array.of(10, 20),
    netReturn: Float64Array.of(0.1, 0.2),
    buyAndHoldReturn: Float64Array.of(-0.1, -0.2),
  });
  const [strategy, hold] = windowChart('Walk-forward', table).series;
  assert.deepEqual(
    [strategy?.x, strategy?.y],
    [
      [0, 5, 10, 15],
      [0.1, 0, 0.2, 0],
    ],
  );
  assert.deepEqual(
    [hold?.x, hold?.y],
    [
      [5, 10, 15, 20],
      [-0.1, 0, -0.2, 0],
    ],
  );
});
