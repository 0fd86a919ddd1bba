/** Raw market data for a chain: 1m bars and funding from files, made into bars exactly as step 2 makes them. */
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '../adapters/object-store/index.js';
import { makeMarketFiles } from '../adapters/market-files/index.js';
import { makeBarEngine, readParquet, writeParquet } from '../adapters/tables/index.js';
import type { ChainData } from '../core/chain/apply-chain.js';
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable, lowerBound, sliceBars } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import type { Table } from '../core/data/table.js';
import { float64Column } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { FundingSeries } from '../core/features/feature.js';
import { checkTable } from '../pipeline/check-table.js';
import { FINE_PERIOD_MS } from '../pipeline/config.js';
import { daysOf } from '../pipeline/day-segments.js';
import type { FoundFile, FoundSeries } from '../pipeline/ports.js';

const DAY_MS = 86_400_000;
/** Any history that files may hold. */
const ALL_DAYS = 36_500;

export interface RawMarketQuery {
  /** Folder, one file of bars, or a Parquet file. */
  readonly path: string;
  readonly fundingPath: string | null;
  readonly symbol: string;
  readonly market: 'spot' | 'perp';
  /** Data before are left out; null = none are. */
  readonly historyFromMs: number | null;
  readonly toMs: number | null;
}

/**
 * The bars from `historyFromMs` on and before `toMs`, and the funding payments.
 * @throws InvalidData with file and line on bad files, or when a folder does not cover the history; the message lists what was found
 */
export async function readRawMarket(query: RawMarketQuery): Promise<ChainData> {
  const found = await stat(query.path);
  const { bars, funding, knownMs } = found.isDirectory() ? await readFolder(query) : await readOneFile(query);
  const given = query.fundingPath === null ? funding : fundingOf(checkTable(await readParquet(query.fundingPath), 'ares.funding', query.fundingPath));
  const first = lowerBound(bars.openTimeMs, query.historyFromMs ?? Number.NEGATIVE_INFINITY);
  const fineBars = resampleBars(sliceBars(bars, first, barCount(bars)), FINE_PERIOD_MS, knownMs);
  if (barCount(fineBars) === 0) throw new InvalidData(`${query.path}: expected bars from ${isoOf(query.historyFromMs)} to ${isoOf(query.toMs)}, found none`);
  return { fineBars, funding: given };
}

interface Read {
  readonly bars: Bars;
  readonly funding: FundingSeries | null;
  /** Time up to which the data reach, where it may lie inside the last bar: an unfinished minute is dropped. */
  readonly knownMs?: number;
}

async function readOneFile(query: RawMarketQuery): Promise<Read> {
  if (await isParquet(query.path)) return { bars: barsFromTable(checkTable(await readParquet(query.path), 'ares.bars', query.path)), funding: null };
  const { sha256, bytes } = await hashFile(query.path);
  const window = { fromMs: query.historyFromMs ?? 0, toMs: query.toMs ?? Number.MAX_SAFE_INTEGER };
  const { table } = await makeMarketFiles().readBars([{ path: query.path, sha256, bytes }], { ...window, periodMs: FINE_PERIOD_MS });
  return { bars: barsFromTable(table), funding: null };
}

async function readFolder(query: RawMarketQuery): Promise<Read> {
  const files = makeMarketFiles();
  const { symbol, market, historyFromMs, toMs } = query;
  const found = await files.find({ root: query.path, symbol, market, fromMs: historyFromMs, toMs, days: ALL_DAYS, periodMs: FINE_PERIOD_MS });
  const window = { fromMs: historyFromMs ?? found.fromMs, toMs: toMs ?? found.toMs };
  const funding = await readFundingFiles(found.fundingFiles, window);
  if (found.series === 'trades') return { bars: await barsOfTrades(found, window), funding, knownMs: window.toMs };
  return { bars: barsFromTable((await files.readBars(found.files, { ...window, periodMs: found.periodMs })).table), funding };
}

async function readFundingFiles(found: readonly FoundFile[], window: { fromMs: number; toMs: number }): Promise<FundingSeries | null> {
  if (found.length === 0) return null;
  return fundingOf((await makeMarketFiles().readFunding(found, window)).table);
}

/** A day at a time through the same engine as step 2, so that sums round the same way. */
async function barsOfTrades(found: FoundSeries, window: { fromMs: number; toMs: number }): Promise<Bars> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-predict-'));
  const engine = makeBarEngine();
  const parts: Bars[] = [];
  const days = daysOf(window).map((day) => {
    const dayMs = Date.parse(`${day}T00:00:00Z`);
    return { day, fromMs: Math.max(dayMs, window.fromMs), toMs: Math.min(dayMs + DAY_MS, window.toMs) };
  });
  try {
    for await (const { day, table } of makeMarketFiles().readTradeDays(found.files, days)) {
      const path = join(folder, `${day}.parquet`);
      await writeParquet(table, path);
      parts.push(barsFromTable(await engine.barsFromTrades(path, FINE_PERIOD_MS, 1)));
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return concatBars(parts);
}

function fundingOf(table: Table): FundingSeries {
  return { timeMs: float64Column(table, 'timeMs'), rate: float64Column(table, 'rate') };
}

function isoOf(timeMs: number | null): string {
  return timeMs === null ? 'its end' : new Date(timeMs).toISOString();
}

/** By content: an object of the store has no ending. Parquet files begin with these four bytes. */
async function isParquet(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'PAR1';
  } finally {
    await file.close();
  }
}
