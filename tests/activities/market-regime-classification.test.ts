import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFineBars } from '../../activities/fine-bars.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { barsFromTable, barsKnownBy, barsToTable } from '../../core/data/bars.js';
import { concatBars } from '../../core/data/concat-bars.js';
import { resampleBars } from '../../core/data/resample-bars.js';
import { float64Column, int32Column } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import { matchRegimes } from '../../core/regimes/match-regimes.js';
import { filterRegimes } from '../../core/regimes/regime-model.js';
import type { HmmRegimeModel, RegimeModel } from '../../core/regimes/regime-model.js';
import { REGIMES } from '../../core/regimes/regime-names.js';
import { testData } from '../support/test-data.js';
import { memoryText, planOf, runDataSteps } from './data-steps.js';

const STEP = 'market-regime-classification';

test("bars of the engine are those of the plain aggregation, and regimes are the model's filtered ones", async (t) => {
  const plan = await planOf({ retentionDays: 4, simulation: { tradesPerMinute: 5 } });
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 2, threads: 2 }));
  const days = await Promise.all(inputs.names('data-collection', 'trades/').map((name) => inputs.table('data-collection', name, 'ares.trades')));
  const expected = concatBars(days.map((day) => tradesToBars(day, 60_000)));
  const fine = await readFineBars(inputs);
  for (const name of ['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'tradeCount'] as const) assert.deepEqual(fine[name], expected[name]);
  // Sums may round differently in another order of adding.
  for (const name of ['volume', 'quoteVolume', 'takerBuyVolume'] as const)
    for (const [i, value] of fine[name].entries()) assert.ok(Math.abs(value - expected[name][i]!) <= 1e-9 * (1 + value));
  const bars = barsFromTable(await inputs.table(STEP, 'bars', 'ares.bars'));
  assert.deepEqual(barsToTable(bars), barsToTable(resampleBars(fine, 900_000, plan.window.toMs)));
  assert.equal(bars.close.length, 4 * 96);
  const regimes = await inputs.table(STEP, 'regimes', 'ares.regimes');
  const probabilities = filterRegimes(await inputs.json<RegimeModel>(STEP, 'regime-model'), bars);
  for (const [j, name] of REGIMES.entries())
    assert.deepEqual(
      float64Column(regimes, name),
      Float64Array.from(bars.close, (_, i) => probabilities[4 * i + j]!),
    );
  for (const [i, regime] of int32Column(regimes, 'regime').entries())
    assert.equal(probabilities[4 * i + regime], Math.max(...probabilities.slice(4 * i, 4 * i + 4)));
});

test('1, 2 and 4 threads give the same artifacts to the bit', async (t) => {
  const plan = await planOf({ retentionDays: 4, simulation: { tradesPerMinute: 3 } });
  const [one, two, four] = await Promise.all([1, 2, 4].map(async (threads) => memoryText(await runDataSteps(t, plan, { count: 2, threads }))));
  assert.deepEqual(two, one);
  assert.deepEqual(four, one);
});

test('data after train change neither the model nor the train regimes', async (t) => {
  const plan = await planOf({ retentionDays: 4, simulation: { tradesPerMinute: 3 } });
  // The same market with a later end: the window differs, train does not.
  const longer = { ...plan, window: { ...plan.window, toMs: plan.window.toMs + 86_400_000 } };
  const [a, b] = await Promise.all([plan, longer].map(async (p) => memoryInputs(await runDataSteps(t, p, { count: 2 }))));
  assert.deepEqual(await b!.json(STEP, 'regime-model'), await a!.json(STEP, 'regime-model'));
  assert.deepEqual(await b!.json(STEP, 'regime-summary'), await a!.json(STEP, 'regime-summary'));
});

test('the real ETHUSDT sample has all its 15m bars and four regimes', { skip: testData === null && 'no real data' }, async (t) => {
  const inputs = memoryInputs(await runDataSteps(t, await planOf({ source: 'files', path: testData!, preset: 'dev' }), { count: 3 }));
  const regimes = await inputs.table(STEP, 'regimes', 'ares.regimes');
  assert.equal(regimes.rowCount, 30 * 96);
  assert.deepEqual([...new Set(int32Column(regimes, 'regime'))].sort(), [0, 1, 2, 3]);
  const model = await inputs.json<HmmRegimeModel>(STEP, 'regime-model');
  assert.deepEqual([model.reduced, model.trainBars, model.converged], [null, 15 * 96, true]);
});

test('regimes by rules and a number of states left to the data come out of the spec, and the summary says which', async (t) => {
  const base = { retentionDays: 4, simulation: { tradesPerMinute: 3 } } as const;
  const rules = memoryInputs(await runDataSteps(t, await planOf({ ...base, regimes: { model: 'rules' } }), { count: 2 }));
  const ruleModel = await rules.json<RegimeModel>(STEP, 'regime-model');
  assert.equal(ruleModel.kind, 'rules');
  const bars = barsFromTable(await rules.table(STEP, 'bars', 'ares.bars'));
  const expected = filterRegimes(ruleModel, bars);
  const table = await rules.table(STEP, 'regimes', 'ares.regimes');
  for (const [j, name] of REGIMES.entries())
    assert.deepEqual(
      float64Column(table, name),
      Float64Array.from(bars.close, (_, i) => expected[4 * i + j]!),
    );
  const summary = await rules.json<{ model: string; expected: unknown; regimes: { regime: string; share: number }[] }>(STEP, 'regime-summary');
  assert.deepEqual([summary.model, summary.expected], ['rules', null]);
  const share = summary.regimes.find(({ regime }) => regime === 'VOLATILE')!.share;
  assert.ok(Math.abs(share - 0.2) < 0.01, `a fifth of train is VOLATILE, found ${share}`);

  const auto = memoryInputs(await runDataSteps(t, await planOf({ ...base, regimes: { states: 'auto' } }), { count: 2 }));
  const autoModel = await auto.json<HmmRegimeModel>(STEP, 'regime-model');
  const allowed = autoModel.stateChoice!.filter(({ problem }) => problem === null);
  const lowest = Math.min(...allowed.map(({ bic }) => bic!));
  assert.equal(autoModel.means.length, allowed.find(({ bic }) => bic === lowest)!.states);
  const autoSummary = await auto.json<{ expected: { regimes: { meanStayBars: number | null }[] } }>(STEP, 'regime-summary');
  assert.ok(autoSummary.expected.regimes.some(({ meanStayBars }) => meanStayBars !== null && meanStayBars > 1));
});

test('a later refit of the same market agrees with the former model under matched names', async (t) => {
  const plan = await planOf({ retentionDays: 8, simulation: { tradesPerMinute: 3 } });
  const later = { ...plan, segments: { ...plan.segments, train: { ...plan.segments.train, toMs: plan.segments.train.toMs + 86_400_000 } } };
  const [a, b] = await Promise.all([plan, later].map(async (p) => memoryInputs(await runDataSteps(t, p, { count: 2 }))));
  const former = await a!.json<RegimeModel>(STEP, 'regime-model');
  const bars = barsKnownBy(barsFromTable(await a!.table(STEP, 'bars', 'ares.bars')), plan.segments.train.toMs);
  const match = matchRegimes(await b!.json<RegimeModel>(STEP, 'regime-model'), former, bars);
  assert.ok(match.agreement >= match.agreementByMoments && match.agreement > 0.5, `${match.agreement}, by moments ${match.agreementByMoments}`);
});
