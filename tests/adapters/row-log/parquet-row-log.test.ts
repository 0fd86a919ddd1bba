import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openRowLog } from '../../../adapters/row-log/index.js';
import { readParquet } from '../../../adapters/tables/index.js';
import { InvalidData } from '../../../core/errors.js';
import { checkTable } from '../../../pipeline/check-table.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-row-log-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

const trial = (i: number): Record<string, number | string | null> => ({
  study: 'BULL',
  trial: i,
  parameters: `{"depth":${i % 7}}`,
  objective: i % 10 === 0 ? null : i / 3,
  state: i % 10 === 0 ? 'pruned' : 'complete',
});

async function writeTrials(path: string, rows: number): Promise<Buffer> {
  const log = openRowLog({ path, schema: 'ares.trials' });
  for (let i = 0; i < rows; i++) await log.append(trial(i));
  await log.close();
  return readFile(path);
}

test('ten thousand rows over several row groups are read back by DuckDB, NULL as NaN', async () => {
  const path = join(folder, 'trials.parquet');
  await writeTrials(path, 10_000);
  const table = checkTable(await readParquet(path), 'ares.trials', 'trials');
  assert.equal(table.rowCount, 10_000);
  for (const i of [0, 1, 999, 1000, 4095, 4096, 9999]) {
    const { objective, ...rest } = trial(i);
    assert.deepEqual(Object.fromEntries(Object.keys(rest).map((name) => [name, table.columns[name]![i]])), rest);
    assert.equal((table.columns['objective'] as Float64Array)[i], objective ?? Number.NaN);
  }
});

test('the same rows give the same bytes', async () => {
  assert.deepEqual(await writeTrials(join(folder, 'a.parquet'), 3000), await writeTrials(join(folder, 'b.parquet'), 3000));
});

test('a log without rows has its schema', async () => {
  const path = join(folder, 'none.parquet');
  await writeTrials(path, 0);
  const table = checkTable(await readParquet(path), 'ares.trials', 'trials');
  assert.equal(table.rowCount, 0);
});

test('times, booleans and integers keep their types, and further columns follow the schema', async () => {
  const path = join(folder, 'mixed.parquet');
  const log = openRowLog({ path, schema: 'ares.equity' });
  await log.append({ timeMs: 1_747_000_000_123, equity: 1, position: 0, price: 2000.5 });
  await log.append({ timeMs: 4_102_444_800_000, equity: 1.25, position: -1, price: 1, note: 'late', drawdown: 0.5 });
  await log.append({ timeMs: 1, equity: 1, position: 0, price: 1, drawdown: Number.NaN });
  await log.close();
  assert.deepEqual((await readParquet(path)).columns, {
    timeMs: Float64Array.of(1_747_000_000_123, 4_102_444_800_000, 1),
    equity: Float64Array.of(1, 1.25, 1),
    position: Float64Array.of(0, -1, 0),
    price: Float64Array.of(2000.5, 1, 1),
    note: ['', 'late', ''],
    drawdown: Float64Array.of(Number.NaN, 0.5, Number.NaN),
  });
});

test('booleans of a schema come back as booleans', async () => {
  const path = join(folder, 'pareto.parquet');
  const log = openRowLog({ path, schema: 'ares.pareto' });
  for (const chosen of [true, false, true]) await log.append({ trial: 1, sharpe: 1, drawdown: 0.1, turnover: 2, chosen, parameters: '{}' });
  await log.close();
  assert.deepEqual((await readParquet(path)).columns['chosen'], Uint8Array.of(1, 0, 1));
});

test('a value of another type, a missing value and a row after closing are refused', async () => {
  const log = openRowLog({ path: join(folder, 'refused.parquet'), schema: 'ares.equity' });
  const row = { timeMs: 1, equity: 1, position: 0, price: 1 };
  await assert.rejects(log.append({ ...row, equity: 'one' }), (error) => error instanceof InvalidData && error.message.includes('equity, found one'));
  await assert.rejects(log.append({ ...row, equity: Number.NaN }), (error) => error instanceof InvalidData && error.message.includes('equity, found NaN'));
  await assert.rejects(
    log.append({ timeMs: 1, equity: 1, position: 0 }),
    (error) => error instanceof InvalidData && error.message.includes('price, found nothing'),
  );
  await assert.rejects(log.append({ ...row, timeMs: 1.5 }), (error) => error instanceof InvalidData && error.message.includes('timeMs, found 1.5'));
  await log.append(row);
  await log.close();
  await assert.rejects(log.append(row), TypeError);
  assert.equal((await readParquet(join(folder, 'refused.parquet'))).rowCount, 1);
});

test('while open it is JSON lines, of which nothing is left after closing', async () => {
  const path = join(folder, 'open.parquet');
  const log = openRowLog({ path, schema: 'ares.trials' });
  for (let i = 0; i < 1000; i++) await log.append(trial(i));
  assert.deepEqual(JSON.parse((await readFile(`${path}.jsonl`, 'utf8')).split('\n')[1]!), trial(1));
  assert.equal(existsSync(path), false);
  await log.close();
  assert.equal(existsSync(`${path}.jsonl`), false);
});
