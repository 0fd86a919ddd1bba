/** What of a plan reaches the key of step 1, and what a unit's key leaves out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunPlan } from '../../../pipeline/plan.js';
import { dataCollection } from '../../../pipeline/steps/data-collection.js';
import { makePlan } from '../../support/make-plan.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 0, 1);
const hash = (n: number): string => n.toString(16).padStart(64, '0');
const file = (n: number, day = n): RunPlan['source']['files'][number] => ({
  path: `/data/${n}.zip`,
  sha256: hash(n),
  bytes: 1,
  span: { fromMs: FROM_MS + day * DAY_MS, toMs: FROM_MS + (day + 1) * DAY_MS },
});

/** Ten days of trades from files, of which `days` are in the window, with everything that may lie beside them. */
function planOf(days: number): RunPlan {
  const plan = makePlan({ source: 'files', path: '/data', compareWith: { source: 'files', path: '/other' }, external: ['open-interest'], pairs: ['BTCUSDT'] });
  return {
    ...plan,
    window: { fromMs: FROM_MS, toMs: FROM_MS + days * DAY_MS },
    source: {
      ...plan.source,
      kind: 'files',
      series: 'trades',
      tradeKind: 'trades',
      files: Array.from({ length: days }, (_, n) => file(n)),
      fundingFiles: [file(100)],
      externalFiles: { 'open-interest': [file(101)] },
      pairs: [{ symbol: 'BTCUSDT', periodMs: 60_000, files: [file(102)] }],
      quotes: { kind: 'bookTicker', files: [file(103, 2)] },
      second: { kind: 'files', exchange: 'BINANCE', series: 'bars', tradeKind: null, periodMs: 60_000, files: [file(104)] },
    },
  };
}

test('every file that the plan pins is in the key of the step', () => {
  const text = JSON.stringify(dataCollection.parameters(planOf(10)));
  for (const n of [0, 9, 100, 101, 102, 103, 104]) assert.ok(text.includes(hash(n)), `file ${n}`);
});

test('a unit is the same in a window that has moved on, and holds its own days and files alone', () => {
  const unit = '2024-01-03..2024-01-04';
  const parameters = dataCollection.unitParameters(planOf(10), unit);
  assert.deepEqual(dataCollection.unitParameters(planOf(9), unit), parameters);
  assert.deepEqual(parameters.window, { fromMs: FROM_MS + 2 * DAY_MS, toMs: FROM_MS + 4 * DAY_MS });
  assert.deepEqual([parameters.files, parameters.quotes], [[hash(2), hash(3)], { kind: 'bookTicker', files: [hash(103)] }]);
  assert.deepEqual([parameters.fundingFiles, parameters.external, parameters.pairs, parameters.second], [[], [], [], null]);
});

test('recorded quotes are one unit, whatever segmentDays and however many files: a book is rebuilt from its first part', () => {
  const plan = planOf(4);
  const recorded = (segmentDays: number, files: RunPlan['source']['files']): RunPlan => ({
    ...plan,
    settings: { ...plan.settings, segmentDays },
    source: { ...plan.source, quotes: { kind: 'recording', files } },
  });
  const files = [file(200, 0), file(201, 1), file(202, 2)];
  assert.deepEqual(dataCollection.units(recorded(2, files)), ['recording', '2024-01-01..2024-01-01', '2024-01-02..2024-01-03', '2024-01-04..2024-01-04']);
  assert.deepEqual(dataCollection.units(recorded(2, [])), dataCollection.units(recorded(2, files)), 'a plan that travels without its files has the same units');
  const bars = recorded(1, files);
  assert.deepEqual(dataCollection.units({ ...bars, source: { ...bars.source, series: 'bars' } }), ['recording']);
  const own = dataCollection.unitParameters(recorded(2, files), 'recording');
  assert.deepEqual([own.window, own.files, own.quotes], [plan.window, [], { kind: 'recording', files: [hash(200), hash(201), hash(202)] }]);
  const days = dataCollection.unitParameters(recorded(2, files), '2024-01-02..2024-01-03');
  assert.deepEqual([days.files, days.quotes], [[hash(1), hash(2)], null]);
});
