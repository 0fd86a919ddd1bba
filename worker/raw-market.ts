/** Raw market data for a chain: 1m bars and funding from files, made into bars exactly as step 2 makes them. */
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeBars } from '../activities/complete-bars.js';
import { hashFile } from '../adapters/object-store/index.js';
import { makeFilesSource } from '../adapters/market-files/index.js';
import { makeQuoteFiles } from '../adapters/recorded-book/index.js';
import { makeBarEngine, readParquet, writeParquet } from '../adapters/tables/index.js';
import type { ChainData } from '../core/chain/apply-chain.js';
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable, lowerBound, sliceBars } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import type { ExternalName } from '../core/data/external-series.js';
import { joinExternal, joinPair } from '../core/data/join-extras.js';
import { resampleBars } from '../core/data/resample-bars.js';
import type { Table } from '../core/data/table.js';
import { concatTables, float64Column } from '../core/data/table.js';
import { joinQuotes } from '../core/order-book/join-quotes.js';
import { InvalidData } from '../core/errors.js';
import type { FundingSeries } from '../core/features/feature.js';
import type { Imputation } from '../core/quality/impute-bars.js';
import { checkTable } from '../pipeline/check-table.js';
import type { MarketKind } from '../pipeline/config.js';
import { FINE_PERIOD_MS } from '../pipeline/config.js';
import { daysOf } from '../pipeline/day-segments.js';
import type { FoundSeries, SourceQuery, SourceRequest, TradeDay } from '../pipeline/market-source.js';
import type { PlannedFile, Span } from '../pipeline/plan.js';

const DAY_MS = 86_400_000;
/** Any history that files may hold. */
const ALL_DAYS = 36_500;
/** The last time that a date can hold. */
const LAST_DATE_MS = 8.64e15;
const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

export interface RawMarketQuery {
  /** Folder of source files, one file of bars, a Parquet file, or a folder of nothing but Parquet files (the months of a run's `bars-fine`). */
  readonly path: string;
  readonly fundingPath: string | null;
  readonly symbol: string;
  readonly market: MarketKind;
  /** Series beside the bars, and other assets, that the chain's features read; looked for in the folder. */
  readonly external: readonly ExternalName[];
  readonly pairs: readonly string[];
  /** Whether the chain's features read best quotes; looked for in the folder. */
  readonly quotes: boolean;
  /** How the run filled gaps in. */
  readonly imputation: Imputation;
  /** Data before are left out; null = none are. */
  readonly historyFromMs: number | null;
  readonly toMs: number | null;
}

/**
 * The bars from `historyFromMs` on and before `toMs`, and the funding payments.
 * @throws InvalidData with file and line on bad files, or when a folder does not cover the history; the message lists what was found
 */
export async function readRawMarket(query: RawMarketQuery): Promise<ChainData> {
  const { fineBars, funding } = await readBarsAt(query);
  const given = query.fundingPath === null ? funding : fundingOf(checkTable(await readParquet(query.fundingPath), 'ares.funding', query.fundingPath));
  if (barCount(fineBars) === 0) throw new InvalidData(`${query.path}: expected bars from ${isoOf(query.historyFromMs)} to ${isoOf(query.toMs)}, found none`);
  return { fineBars, funding: given };
}

interface Read {
  readonly fineBars: Bars;
  readonly funding: FundingSeries | null;
}

/**
 * Minute bars of the history, repaired and filled in as in step 2; those of a run are so already. `knownMs` is the time up to which the data
 * reach, where it may lie inside the last bar: an unfinished minute is dropped.
 */
function fineBarsOf(bars: Bars, { historyFromMs, imputation }: RawMarketQuery, knownMs?: number): Bars {
  const first = lowerBound(bars.openTimeMs, historyFromMs ?? Number.NEGATIVE_INFINITY);
  const fine = resampleBars(sliceBars(bars, first, barCount(bars)), FINE_PERIOD_MS, knownMs);
  return completeBars(fine, { periodMs: FINE_PERIOD_MS, imputation }).bars;
}

async function readBarsAt(query: RawMarketQuery): Promise<Read> {
  if (!(await stat(query.path)).isDirectory()) return readOneFile(query);
  const paths = (await readdir(query.path)).sort().map((name) => join(query.path, name));
  for (const path of paths) if (!(await stat(path)).isFile() || !(await isParquet(path))) return readFolder(query);
  if (paths.length === 0) return readFolder(query);
  const parts = await Promise.all(paths.map(async (path) => barsFromTable(checkTable(await readParquet(path), 'ares.bars', path))));
  return { fineBars: fineBarsOf(concatBars(parts.sort((a, b) => (a.openTimeMs[0] ?? 0) - (b.openTimeMs[0] ?? 0))), query), funding: null };
}

async function readOneFile(query: RawMarketQuery): Promise<Read> {
  if (await isParquet(query.path)) {
    const bars = barsFromTable(checkTable(await readParquet(query.path), 'ares.bars', query.path));
    return { fineBars: fineBarsOf(bars, query), funding: null };
  }
  const { sha256, bytes } = await hashFile(query.path);
  const window = { fromMs: query.historyFromMs ?? 0, toMs: query.toMs ?? LAST_DATE_MS };
  const { table } = await makeFilesSource().readBars({ ...requestFor(query, [{ path: query.path, sha256, bytes }]), window, periodMs: FINE_PERIOD_MS });
  return { fineBars: fineBarsOf(barsFromTable(table), query), funding: null };
}

async function readFolder(query: RawMarketQuery): Promise<Read> {
  const files = makeFilesSource();
  const { historyFromMs, toMs } = query;
  const found = await files.find(folderQuery(query));
  const window = { fromMs: historyFromMs ?? found.fromMs, toMs: toMs ?? found.toMs };
  const funding = await readFundingFiles(query, found.fundingFiles, window);
  const bars =
    found.series === 'trades'
      ? await barsOfTrades(query, found, window)
      : barsFromTable((await files.readBars({ ...requestFor(query, found.files), window, periodMs: found.periodMs })).table);
  return { fineBars: await joinColumns(query, { bars: fineBarsOf(bars, query, window.toMs), found, window }), funding };
}

/** The columns of best quotes, external series and other assets, as step 2 joins them to minute bars. */
async function joinColumns(query: RawMarketQuery, read: { bars: Bars; found: FoundSeries; window: Span }): Promise<Bars> {
  const { found, window } = read;
  const files = makeFilesSource();
  let { bars } = read;
  if (query.quotes) bars = joinQuotes(bars, await readQuotes(query, window));
  for (const external of query.external) {
    const { table } = await files.readExternal({ ...requestFor(query, found.externalFiles[external] ?? []), window, external });
    bars = joinExternal(bars, external, {
      timeMs: float64Column(table, 'timeMs'),
      knownAtMs: float64Column(table, 'knownAtMs'),
      value: float64Column(table, 'value'),
    });
  }
  for (const symbol of query.pairs) {
    const pair = await files.find({ ...folderQuery(query), ...window, symbol, series: 'bars', external: [] });
    const { table } = await files.readBars({ ...requestFor(query, pair.files), symbol, window, periodMs: pair.periodMs });
    bars = joinPair(bars, symbol, resampleBars(barsFromTable(table), FINE_PERIOD_MS, window.toMs));
  }
  return bars;
}

async function readQuotes(query: RawMarketQuery, window: Span): Promise<Table> {
  const source = makeQuoteFiles();
  const { kind, files } = await source.find({ exchange: 'BINANCE', symbol: query.symbol, market: query.market, root: query.path, window });
  const tables: Table[] = [];
  const request = { ...requestFor(query, files), kind, periodMs: FINE_PERIOD_MS, days: tradeDays(window) };
  for await (const { table } of source.readDays(request)) tables.push(table);
  return concatTables(tables);
}

async function readFundingFiles(query: RawMarketQuery, found: readonly PlannedFile[], window: Span): Promise<FundingSeries | null> {
  if (found.length === 0) return null;
  return fundingOf((await makeFilesSource().readFunding({ ...requestFor(query, found), window })).table);
}

/** A day at a time through the same engine as step 2, so that sums round the same way. */
async function barsOfTrades(query: RawMarketQuery, found: FoundSeries, window: Span): Promise<Bars> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-predict-'));
  const engine = makeBarEngine();
  const parts: Bars[] = [];
  try {
    const request = { ...requestFor(query, found.files), tradeKind: found.tradeKind ?? 'trades', days: tradeDays(window) };
    for await (const { day, table } of makeFilesSource().readTradeDays(request)) {
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

/** The UTC days of the window, cut to it. */
function tradeDays(window: Span): readonly TradeDay[] {
  return daysOf(window).map((day) => {
    const dayMs = Date.parse(`${day}T00:00:00Z`);
    return { day, fromMs: Math.max(dayMs, window.fromMs), toMs: Math.min(dayMs + DAY_MS, window.toMs) };
  });
}

function folderQuery({ path, symbol, market, historyFromMs, toMs, external }: RawMarketQuery): SourceQuery {
  const window = { fromMs: historyFromMs, toMs, days: ALL_DAYS, periodMs: FINE_PERIOD_MS };
  return { exchange: 'BINANCE', symbol, market, root: path, ...window, series: 'auto', external };
}

function requestFor({ symbol, market }: RawMarketQuery, files: readonly PlannedFile[]): SourceRequest {
  return { exchange: 'BINANCE', symbol, market, files, signal: NEVER_ABORTED };
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
