/**
 * Questions: how much smaller do stored tables get (Parquet with zstd, as we write it, beside the same Parquet uncompressed and the same
 * values as CSV in a zip), do they come back as they were, and what does that cost a reader? How many requests and bytes go to the store
 * and come from the archive in a first run, in one whose window is a day longer, and in one that is cached whole? Tables of the real
 * sample (ARES_TEST_DATA); traffic of 8 simulated days through proxies that count, a single run each.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { hashFile, makeFilesSource } from '../adapters/market-files/index.js';
import { readParquet, rowGroupRows, writeParquet } from '../adapters/tables/index.js';
import { analystFeatures } from '../core/chain/analyst-features.js';
import { barsFromTable } from '../core/data/bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import type { Column, Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { repositoryRoot } from '../infra/repository-root.js';
import type { BenchLine } from './bench-line.js';
import { middle } from './measured-child.js';
import { trafficLines } from './store-traffic.js';

const DATA = process.env['ARES_TEST_DATA'] ?? join(repositoryRoot(), '..', 'shared', 'data');
const READS = 15;
const MINUTE_MS = 60_000;
/** Name, local and central header of a zip's only entry, about. */
const ZIP_HEADERS = 200;
const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

/** One line a table, then one a run. */
export async function* storageBench(): AsyncIterable<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-storage-'));
  try {
    for (const [name, table] of Object.entries(await realTables())) yield await measureTable(name, table, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  yield* trafficLines();
}

async function realTables(): Promise<Readonly<Record<string, Table>>> {
  const request = { exchange: 'BINANCE', symbol: 'ETHUSDT', market: 'perp', signal: NEVER_ABORTED } as const;
  const file = await hashFile(join(DATA, 'klines', 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz'));
  const window = { fromMs: Date.UTC(2025, 4, 5), toMs: Date.UTC(2025, 5, 15) };
  const { table } = await makeFilesSource().readBars({ ...request, files: [file], window, periodMs: MINUTE_MS });
  const bars = resampleBars(barsFromTable(table), 15 * MINUTE_MS, window.toMs);
  const { names, columns } = analystFeatures(bars, { regimes: null, funding: null }, 'all');
  return {
    'a day of trades': await realTrades(),
    'bars of 1m': table,
    'all features of 15m bars': makeTable({ closeTimeMs: bars.closeTimeMs, ...Object.fromEntries(names.map((column, c) => [column, columns[c]])) }),
  };
}

/** A day of XRPETH: a partition as step 1 stores it. */
async function realTrades(): Promise<Table> {
  const file = await hashFile(join(DATA, 'trades', 'XRPETH-spot-aggTrades-2019-10-11T000011_2019-10-13T111928.zip'));
  const days = [{ day: '2019-10-12', fromMs: Date.UTC(2019, 9, 12), toMs: Date.UTC(2019, 9, 13) }];
  const request = { exchange: 'BINANCE', symbol: 'XRPETH', market: 'spot', signal: NEVER_ABORTED, files: [file] } as const;
  for await (const { table } of makeFilesSource().readTradeDays({ ...request, tradeKind: 'aggTrades', days })) return table;
  throw new Error('expected a day of trades, found none');
}

async function measureTable(name: string, table: Table, folder: string): Promise<BenchLine> {
  const [ours, plain, csv] = ['zstd', 'plain', 'csv'].map((ending) => join(folder, `table.${ending}`)) as [string, string, string];
  await writeParquet(table, ours);
  await copyTable(ours, { plain, csv, columns: Object.keys(table.columns).length });
  assert.deepEqual((await readParquet(ours)).columns, withOneNan(table), `${name}: what was read back is not what was written`);
  const times = [ours, plain].map((): number[] => []);
  for (let read = 0; read < READS; read++) {
    for (const [i, path] of [ours, plain].entries()) {
      const started = performance.now();
      await readParquet(path);
      times[i]?.push((performance.now() - started) / 1000);
    }
  }
  const bytes = await sizeOf(ours);
  const uncompressedBytes = await sizeOf(plain);
  const csvZipBytes = (await promisify(deflateRaw)(await readFile(csv))).length + ZIP_HEADERS;
  const [seconds, plainSeconds] = times.map(middle) as [number, number];
  return {
    ...{ subject: 'storage', case: `reading ${name}`, n: table.rowCount, seconds: round(seconds, 5), check: 'equal after the round trip' },
    ...{ peer: 'uncompressed Parquet', peerSeconds: round(plainSeconds, 5), ratio: round(seconds / plainSeconds, 3) },
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    details: {
      ...{ columns: Object.keys(table.columns).length, bytes, uncompressedBytes, csvBytes: await sizeOf(csv), csvZipBytes, load: loadavg()[0] },
      ofUncompressed: round(bytes / uncompressedBytes, 3),
      ofCsvZip: round(bytes / csvZipBytes, 3),
    },
  };
}

/** The columns with every NaN in the one bit pattern that is stored. */
function withOneNan({ columns }: Table): Table['columns'] {
  const one = (column: Column): Column => (column instanceof Float64Array ? column.map((value) => (Number.isNaN(value) ? Number.NaN : value)) : column);
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, one(column)]));
}

/** The same rows as uncompressed Parquet with the same row groups, and as CSV. */
async function copyTable(from: string, { plain, csv, columns }: { plain: string; csv: string; columns: number }): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const rows = `FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE ${rowGroupRows(columns)}`;
    await connection.run(`COPY (SELECT * FROM read_parquet('${from}')) TO '${plain}' (${rows})`);
    await connection.run(`COPY (SELECT * FROM read_parquet('${from}')) TO '${csv}' (FORMAT csv, HEADER)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
