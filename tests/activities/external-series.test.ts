/** The archive's metrics and bookDepth through the real steps: each series a column of the bars, and its features beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fineBarsName } from '../../activities/fine-bars.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { barsFromTable } from '../../core/data/bars.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import { klineRow, makeMarketFolder, START_MS } from '../adapters/market-files/market-folder.js';
import { planOf, runDataSteps } from './data-steps.js';
import { featureNames } from './feature-names.js';

const DAYS = 4;
const MINUTE_MS = 60_000;
const METRICS =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';
const price = (minute: number): number => Number((2000 + 20 * Math.sin(minute / 97) + ((minute * 31) % 7) / 10).toFixed(2));
const timeText = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
/** Values of the five minutes that begin `k` times five minutes after the start. */
const metrics = (k: number): readonly number[] => [1000 + k, 2_000_000 + k, 1.1 + k / 1e4, 1.2 + k / 1e4, 1.3 + k / 1e4, 1.4 + k / 1e4];
const NAMES = ['open-interest', 'top-account-ratio', 'top-position-ratio', 'account-ratio', 'taker-ratio', 'bid-depth', 'ask-depth'] as const;

async function archiveFolder(t: TestContext): Promise<RunSpecInput> {
  const folder = await makeMarketFolder(t);
  await folder.write('um/ETHUSDT-1m-2024-03.zip', Array.from({ length: DAYS * 1440 }, (_, m) => klineRow(m, price(m))).join('\n'));
  for (let day = 0; day < DAYS; day++) {
    const name = `2024-03-0${day + 1}`;
    const rows = Array.from({ length: 288 }, (_, i) => [timeText(START_MS + (day * 288 + i) * 5 * MINUTE_MS), 'ETHUSDT', ...metrics(day * 288 + i)].join(','));
    await folder.write(`um/ETHUSDT-metrics-${name}.zip`, [METRICS, ...rows].join('\n'));
    const bands = Array.from({ length: 1440 }, (_, m) =>
      [-1, 1].map((percent) => [timeText(START_MS + (day * 1440 + m) * MINUTE_MS + 7000), percent, 500 + percent * (1 + (m % 50)), 1e6].join(',')),
    );
    await folder.write(`um/ETHUSDT-bookDepth-${name}.zip`, ['timestamp,percentage,depth,notional', ...bands.flat()].join('\n'));
  }
  return { source: 'files', path: folder.root, features: 'all' };
}

test('open interest, long/short ratios and depth of the archive are columns of the bars, as they were known', async (t) => {
  const spec = await archiveFolder(t);
  const memory = await runDataSteps(t, await planOf({ ...spec, external: [...NAMES] }), { count: 2 });
  const bars = barsFromTable(await memoryInputs(memory).table('market-regime-classification', fineBarsName('2024-03'), 'ares.bars'));
  for (const row of [10, 700, 5000]) {
    // Published five minutes late: the bar that closes at minute m knows the five minutes that began by m - 5.
    const k = Math.floor((row + 1 - 5) / 5);
    const [interest, , topAccounts, topPositions, accounts, taker] = metrics(k);
    const found = ['openInterest', 'topAccountRatio', 'topPositionRatio', 'accountRatio', 'takerRatio'].map((name) => bars.extras[name]![row]);
    assert.deepEqual(found, [interest, topAccounts, topPositions, accounts, taker], `bar ${row}`);
    const lean = 1 + ((row % 1440) % 50);
    assert.deepEqual([bars.extras['bidDepth']![row], bars.extras['askDepth']![row]], [500 - lean, 500 + lean], `depth of bar ${row}`);
  }
});

test('their features are in a run that lists them and in no other', async (t) => {
  const spec = await archiveFolder(t);
  const names = await featureNames(t, await planOf({ ...spec, external: [...NAMES] }));
  const without = await featureNames(t, await planOf(spec));
  for (const name of ['top_against_all', 'open_interest_correlation_96', 'depth_imbalance'])
    assert.deepEqual([names.includes(name), without.includes(name)], [true, false], name);
});
