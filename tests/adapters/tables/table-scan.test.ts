import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { chunkRows, registerTableScan, scanning } from '../../../adapters/tables/table-scan.js';
import { makeTable } from '../../../core/data/table.js';

/** The sum that a query finds in the rows of `columns` columns, and how often memory was given back meanwhile. */
async function scanOnce(columns: number, rows: number, pauseRows: number): Promise<{ sum: number; givenBack: number }> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  let givenBack = 0;
  registerTableScan(connection, () => givenBack++);
  const column = Float64Array.from({ length: rows }, (_, row) => row);
  const table = makeTable(Object.fromEntries(Array.from({ length: columns }, (_, c) => [`c${c}`, column])));
  const result = await scanning(table, pauseRows, (source) => connection.runAndReadAll(`SELECT sum(c0) + sum(c${columns - 1}) FROM ${source}`));
  connection.closeSync();
  return { sum: Number(result.getRows()[0]![0]), givenBack };
}

test('a table of more than 48 columns is handed over 512 rows at a time, one of fewer 2,048', () => {
  assert.deepEqual([1, 48, 49, 1000].map(chunkRows), [2048, 2048, 512, 512]);
});

test('memory is given back before the first row and, of many columns, every so many rows, and no row is lost or doubled at a border', async () => {
  const sum = 4999 * 5000;
  // Before rows 0, 1536, 3072 and 4608.
  assert.deepEqual(await scanOnce(60, 5000, 1536), { sum, givenBack: 4 });
  assert.deepEqual(await scanOnce(2, 5000, 2048), { sum, givenBack: 1 });
});

test('a failure to give memory back fails the query', async () => {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  registerTableScan(connection, () => {
    throw new Error('memory is held');
  });
  await assert.rejects(
    scanning(makeTable({ x: Float64Array.of(1) }), 2048, (source) => connection.run(`SELECT * FROM ${source}`)),
    /memory is held/,
  );
  connection.closeSync();
});
