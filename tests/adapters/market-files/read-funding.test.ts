import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { readFunding } from '../../../adapters/market-files/read-funding.js';
import { float64Column } from '../../../core/data/table.js';
import { testData } from '../../support/test-data.js';
import { makeMarketFolder, START_MS } from './market-folder.js';

const HOURS_8 = 28_800_000;
const window = { fromMs: START_MS, toMs: START_MS + 3 * HOURS_8 };

test('payments keep their own times, and take the mark price of the candle that opens at their hour', async (t) => {
  const folder = await makeMarketFolder(t);
  const rates = await folder.write(
    'ETHUSDT-fundingRate-2024-03.csv',
    `calc_time,funding_interval_hours,last_funding_rate\n${START_MS + 5},8,0.0001\n${START_MS + HOURS_8},8,-2e-05\n`,
  );
  const marks = await folder.write('ETHUSDT-markPrice-8h-2024-03.csv', `open_time,open,high,low,close\n${START_MS},2000,2100,1900,2050\n`);
  const { table, findings } = await readFunding([rates, marks], window);
  assert.deepEqual([...float64Column(table, 'timeMs')], [START_MS + 5, START_MS + HOURS_8]);
  assert.deepEqual([...float64Column(table, 'rate')], [0.0001, -2e-5]);
  assert.deepEqual([...float64Column(table, 'markPrice')], [2000, Number.NaN]);
  assert.deepEqual(
    findings.map((f) => [f.check, f.action, f.count, f.timeMs]),
    [
      ['missing funding', 'flagged', 1, START_MS + 2 * HOURS_8],
      ['funding', 'passed', 2, Number.NaN],
    ],
  );
});

test('equal rows are dropped and recorded; a different rate of one time, time going backwards and a mark price of 0 are refused', async (t) => {
  const folder = await makeMarketFolder(t);
  const read = async (text: string, name = 'ETHUSDT-fundingRate-2024-03.csv', header = 'calc_time,last_funding_rate') =>
    readFunding([await folder.write(name, `${header}\n${text}`)], window);
  const { table, findings } = await read(`${START_MS},1\n${START_MS},1`);
  assert.equal(table.rowCount, 1);
  assert.deepEqual(
    findings.filter((f) => f.action === 'repaired').map((f) => f.line),
    [3],
  );
  await assert.rejects(read(`${START_MS},1\n${START_MS},2`), /2024-03\.csv:3: expected 1 of 2024-03-01T00:00:00.000Z as in an earlier row, found 2/);
  await assert.rejects(read(`${START_MS},1\n${START_MS - 1},2`), /:3: expected time to go forwards/);
  await assert.rejects(read(`${START_MS},0,1,1,1`, 'ETHUSDT-markPrice-8h-2024-03.csv', 'open_time,open,high,low,close'), /:2: expected open above 0, found 0/);
});

test('the real ETHUSDT funding has 302 payments, each with a mark price, none missing', { skip: testData === null && 'no real data' }, async () => {
  const names = ['ETHUSDT-fundingRate-2025-03-06_2025-06-15.csv.gz', 'ETHUSDT-markPrice-8h-2025-03-06_2025-06-15.csv.gz'];
  const files = await Promise.all(names.map((name) => hashFile(join(testData!, 'futures', name))));
  const { table, findings } = await readFunding(files, { fromMs: Date.UTC(2025, 2, 6, 16), toMs: Date.UTC(2025, 5, 15, 1) });
  assert.equal(table.rowCount, 302);
  assert.ok(float64Column(table, 'markPrice').every((price) => price > 1300 && price < 3000));
  assert.deepEqual(
    findings.map((f) => f.action),
    ['passed'],
  );
});
