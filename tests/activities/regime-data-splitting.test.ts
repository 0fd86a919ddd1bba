import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { float64Column, int32Column, textColumn } from '../../core/data/table.js';
import { REGIMES } from '../../core/regimes/regime-names.js';
import { planOf, runDataSteps } from './data-steps.js';

const STEP = 'regime-data-splitting';

test('the four datasets part the rows of POOLED, and segments follow the plan with the embargo between', async (t) => {
  const plan = await planOf({ retentionDays: 4, simulation: { tradesPerMinute: 3 } });
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 3 }));
  const pooled = await inputs.table(STEP, 'dataset/POOLED', 'ares.dataset');
  const regimes = await inputs.table('market-regime-classification', 'regimes', 'ares.regimes');
  assert.equal(pooled.rowCount, regimes.rowCount);
  const rows: number[] = [];
  for (const [index, name] of REGIMES.entries()) {
    const dataset = await inputs.table(STEP, `dataset/${name}`, 'ares.dataset');
    for (const row of int32Column(dataset, 'row')) assert.equal(int32Column(regimes, 'regime')[row], index);
    rows.push(...int32Column(dataset, 'row'));
  }
  assert.deepEqual(
    rows.sort((a, b) => a - b),
    [...int32Column(pooled, 'row')],
  );
  const segment = textColumn(pooled, 'segment');
  for (const [i, closeMs] of float64Column(pooled, 'closeTimeMs').entries()) {
    const holding = Object.entries(plan.segments)
      .filter(([, span]) => closeMs >= span.fromMs && closeMs <= span.toMs)
      .map(([name]) => name);
    assert.equal(segment[i], holding[0] ?? 'embargo');
  }
  // 384 bars: 192 train; 58 - 8 + 1, then 57 or 58 - 8 + 1 and 77 - 8 + 1 after embargoes of 8 bars.
  assert.equal(segment.filter((name) => name === 'train').length, 192);
  assert.equal(segment.filter((name) => name === 'embargo').length, 3 * 7);
});

test('a regime below the least number of train bars is pooled with its reason, and the pooled model needs it too', async (t) => {
  const plan = await planOf({ retentionDays: 4, simulation: { tradesPerMinute: 3 }, minimumEffectiveSample: 60 });
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 3 }));
  const { regimes } = await inputs.json<{ regimes: { regime: string; rows: number; trainRows: number; pooled: boolean; reason: string | null }[] }>(
    STEP,
    'split',
  );
  assert.deepEqual(
    regimes.map((r) => r.regime),
    [...REGIMES, 'POOLED'],
  );
  for (const split of regimes) {
    assert.equal(split.pooled, split.trainRows < 60);
    assert.equal(split.reason, split.pooled ? `${split.trainRows} train bars, fewer than 60: the pooled model serves` : null);
  }
  assert.ok(regimes.some((r) => r.pooled) && regimes.some((r) => !r.pooled));
  assert.equal(
    regimes.slice(0, 4).reduce((sum, r) => sum + r.trainRows, 0),
    regimes[4]!.trainRows,
  );
  await assert.rejects(runDataSteps(t, await planOf({ retentionDays: 4, simulation: { tradesPerMinute: 3 }, minimumEffectiveSample: 193 }), { count: 3 }), {
    name: 'InsufficientData',
    message: /at least 193 analyst bars in train for the pooled model, found 192/,
  });
});
