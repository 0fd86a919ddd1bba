/**
 * Script: one stage of the way from zips to features over the first DAYS days of a folder, as the steps do it; prints one JSON line.
 * `node memory-stage.js zips|collection|bars|series|features FOLDER DAYS TRADES_A_DAY`.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../adapters/market-files/file-hash.js';
import { readTradeDays } from '../adapters/market-files/read-trade-days.js';
import { makeBarEngine, readParquet, writeParquet } from '../adapters/tables/index.js';
import type { Bars } from '../core/data/bars.js';
import { barsFromTable, barsToTable } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { makeTable } from '../core/data/table.js';
import { computeFeatures } from '../core/features/compute-features.js';
import { benchMarket, DAY_MS, marketDays, writeTradeZip } from './trade-zips.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const KIB_PER_MIB = 1024;

/** Each returns the rows that it made. */
const STAGES: Readonly<Record<string, (folder: string, days: number, tradesADay: number) => Promise<number>>> = { zips, collection, bars, series, features };

const [name = '', folder = '', days = '', tradesADay = ''] = process.argv.slice(2);
const stage = STAGES[name];
if (stage === undefined) throw new Error(`expected a stage out of ${Object.keys(STAGES).join(', ')}, found ${name}`);
const started = performance.now();
const rows = await stage(folder, Number(days), Number(tradesADay));
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, rows, peakMiB: Math.round(process.resourceUsage().maxRSS / KIB_PER_MIB) }));

async function zips(to: string, count: number, trades: number): Promise<number> {
  const market = benchMarket(count * trades, count * 24);
  for (const dayMs of marketDays(market)) await writeTradeZip(market, dayMs, to);
  return count * trades;
}

async function firstFiles(of: string, ending: string, count: number): Promise<string[]> {
  const names = (await readdir(of)).filter((file) => file.endsWith(ending)).sort();
  if (names.length < count) throw new Error(`expected ${count} files ${ending} in ${of}, found ${names.length}`);
  return names.slice(0, count).map((file) => join(of, file));
}

async function collection(of: string, count: number): Promise<number> {
  const files = [];
  for (const path of await firstFiles(of, '.zip', count)) files.push(await hashFile(path));
  const wanted = files.map(({ path }) => {
    const day = path.slice(-14, -4);
    return { day, fromMs: Date.parse(day), toMs: Date.parse(day) + DAY_MS };
  });
  let sum = 0;
  for await (const { day, table } of readTradeDays(files, wanted)) {
    await writeParquet(table, join(of, `${day}.trades.parquet`));
    sum += table.rowCount;
  }
  return sum;
}

async function bars(of: string, count: number): Promise<number> {
  const engine = makeBarEngine();
  let sum = 0;
  for (const path of await firstFiles(of, '.trades.parquet', count)) {
    const table = await engine.barsFromTrades(path, MINUTE_MS, 1);
    await writeParquet(table, path.replace('.trades.', '.bars.'));
    sum += table.rowCount;
  }
  return sum;
}

/** All days' bars as the one table that step 2 writes. */
async function series(of: string, count: number): Promise<number> {
  const parts: Bars[] = [];
  for (const path of await firstFiles(of, '.bars.parquet', count)) parts.push(barsFromTable(await readParquet(path)));
  const table = barsToTable(concatBars(parts));
  await writeParquet(table, join(of, `${count}.series`));
  return table.rowCount;
}

async function features(of: string, count: number): Promise<number> {
  const hours = resampleBars(barsFromTable(await readParquet(join(of, `${count}.series`))), HOUR_MS);
  const { names, columns } = computeFeatures(hours, { regimes: null, funding: null }, 'all');
  const table = makeTable({ closeTimeMs: hours.closeTimeMs, ...Object.fromEntries(names.map((column, c) => [column, columns[c]])) });
  await writeParquet(table, join(of, `${count}.features`));
  return table.rowCount * columns.length;
}
