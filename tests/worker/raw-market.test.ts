/** Raw files read for a prediction give the minute bars that a run made of them, further columns included. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fineBarsName } from '../../activities/fine-bars.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { writeParquet } from '../../adapters/tables/index.js';
import { barsFromTable, barsToTable } from '../../core/data/bars.js';
import type { Imputation } from '../../core/quality/impute-bars.js';
import { readRawMarket } from '../../worker/raw-market.js';
import { planOf, runDataSteps } from '../activities/data-steps.js';
import { klineRow, makeMarketFolder } from '../adapters/market-files/market-folder.js';
import { tickerDay } from '../support/quote-files.js';

const price = (minute: number): number => Number((2000 + 20 * Math.sin(minute / 97) + ((minute * 31) % 7) / 10).toFixed(2));

test('best quotes of a folder join the bars as they do in a run', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-1m-2024-03.csv.gz', Array.from({ length: 4 * 1440 }, (_, m) => klineRow(m, price(m))).join('\n'));
  for (let day = 0; day < 4; day++) {
    await folder.write(
      `ETHUSDT-um-bookTicker-2024-03-0${day + 1}.zip`,
      tickerDay(`2024-03-0${day + 1}`, 20_000, (minute) => price(day * 1440 + minute)),
    );
  }
  const plan = await planOf({ source: 'files', path: folder.root, quotes: true });
  const memory = await runDataSteps(t, plan, { count: 2 });
  const expected = barsFromTable(await memoryInputs(memory).table('market-regime-classification', fineBarsName('2024-03'), 'ares.bars'));
  const query = {
    path: folder.root,
    fundingPath: null,
    symbol: 'ETHUSDT',
    market: 'perp',
    external: [],
    pairs: [],
    imputation: plan.spec.imputation,
    historyFromMs: plan.window.fromMs,
    toMs: null,
  } as const;
  const { fineBars } = await readRawMarket({ ...query, quotes: true });
  assert.deepEqual(fineBars.extras, expected.extras);
  assert.ok('bid' in fineBars.extras);
  assert.ok(!('bid' in (await readRawMarket({ ...query, quotes: false })).fineBars.extras));
});

test('raw bars are repaired and filled in as a run does it, and those of a run stay as they are', async (t) => {
  const folder = await makeMarketFolder(t);
  const rows = Array.from({ length: 4 * 1440 }, (_, m) => (m > 700 && m < 711 ? null : klineRow(m, m === 2000 ? 20_000 : price(m))));
  await folder.write('ETHUSDT-um-1m-2024-03.csv.gz', rows.filter((row) => row !== null).join('\n'));
  const plan = await planOf({ source: 'files', path: folder.root, imputation: { method: 'carry', maxBars: 3 } });
  const inputs = memoryInputs(await runDataSteps(t, plan, { count: 2 }));
  const expected = barsFromTable(await inputs.table('market-regime-classification', fineBarsName('2024-03'), 'ares.bars'));
  const query = {
    path: folder.root,
    fundingPath: null,
    symbol: 'ETHUSDT',
    market: 'perp',
    external: [],
    pairs: [],
    quotes: false,
    imputation: await inputs.json<Imputation>('market-regime-classification', 'imputation'),
    historyFromMs: plan.window.fromMs,
    toMs: null,
  } as const;
  const { fineBars } = await readRawMarket(query);
  assert.equal(
    fineBars.extras['imputed']!.reduce((sum, flag) => sum + flag, 0),
    4,
  );
  assert.deepEqual(fineBars, expected);
  const oneFile = await readRawMarket({ ...query, path: join(folder.root, 'ETHUSDT-um-1m-2024-03.csv.gz') });
  assert.deepEqual(oneFile.fineBars, expected);
  const parquet = join(folder.root, 'bars-fine.parquet');
  await writeParquet(barsToTable(expected), parquet);
  assert.deepEqual((await readRawMarket({ ...query, path: parquet })).fineBars, expected);
});
