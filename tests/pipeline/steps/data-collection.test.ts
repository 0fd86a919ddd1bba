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
