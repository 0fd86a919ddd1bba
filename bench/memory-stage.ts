/**
 * Script: one stage of the way from zips to features over the first DAYS days of a folder, as the steps do it; prints one JSON line.
 * `node memory-stage.js zips|collection|bars|features FOLDER DAYS TRADES_A_DAY [THREADS]`; threads (default 1) make bars side by side.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFineMonths } from '../activities/fine-months.js';
import { hashFile } from '../adapters/market-files/file-hash.js';
import { readTradeDays } from '../adapters/market-files/read-trade-days.js';
import { makeStepOutputs } from '../adapters/step-files/index.js';
import { makeBarEngine, readParquet, writeParquet } from '../adapters/tables/index.js';
import { analystFeatures } from '../core/chain/analyst-features.js';
import { barsFromTable, barsToTable } from '../core/data/bars.js';
import { makeTable } from '../core/data/table.js';
import { NO_CHECKPOINT } from '../pipeline/checkpoint.js';
import { benchMarket, DAY_MS, marketDays, writeTradeZip } from './trade-zips.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const KIB_PER_MIB = 1024;

/** Each returns the rows that it made. */
const STAGES: Readonly<Record<string, (folder: string, days: number, tradesADay: number) => Promise<number>>> = { zips, collection, bars, features };

const [name = '', folder = '', days = '', tradesADay = '', threads = '1'] = process.argv.slice(2);
const stage = STAGES[name];
if (stage === undefined) throw new Error(`expected a stage out of ${Object.keys(STAGES).join(', ')}, found ${name}`);
const started = performance.now();
const rows = await stage(folder, Number(days), Number(tradesADay));
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, rows, peakMiB: Math.round((await largestResidentKiB()) / KIB_PER_MIB) }));

/** Of this program: what `resourceUsage` says may be the peak of the process that started it. */
async function largestResidentKiB(): Promise<number> {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile('/proc/self/status', 'utf8')) ?? [];
  if (kib === undefined) throw new Error('expected VmHWM in /proc/self/status');
  return Number(kib);
}

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

/** Step 2's own way from days of trades to minute bars by month and the bars of one hour. */
async function bars(of: string, count: number): Promise<number> {
  const days = (await firstFiles(of, '.trades.parquet', count)).map((path) => [`trades/${basename(path).slice(0, -'.trades.parquet'.length)}`, path] as const);
  const paths = new Map<string, string>(days);
  const first = Date.parse((days[0] as (typeof days)[number])[0].slice('trades/'.length));
  const outputs = makeStepOutputs(join(of, `${count}.months`));
  const window = { fromMs: first, toMs: first + count * DAY_MS };
  const made = await writeFineMonths({
    parameters: {
      window,
      reportUntilMs: window.toMs,
      periodMs: HOUR_MS,
      finePeriodMs: MINUTE_MS,
      imputation: { method: 'none', maxBars: 1 },
      external: [],
      pairs: [],
    },
    inputs: {
      names: (_step: string, prefix: string) => [...paths.keys()].filter((name) => name.startsWith(prefix)),
      path: async (_step: string, day: string) => paths.get(day),
    },
    outputs,
    ports: { bars: makeBarEngine() },
    execution: { threads: Number(threads) },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  } as never);
  await writeParquet(barsToTable(made.bars), join(of, `${count}.hours`));
  return made.rows;
}

async function features(of: string, count: number): Promise<number> {
  const hours = barsFromTable(await readParquet(join(of, `${count}.hours`)));
  const { names, columns } = analystFeatures(hours, { regimes: null, funding: null }, 'all');
  const table = makeTable({ closeTimeMs: hours.closeTimeMs, ...Object.fromEntries(names.map((column, c) => [column, columns[c]])) });
  await writeParquet(table, join(of, `${count}.features`));
  return table.rowCount * columns.length;
}
