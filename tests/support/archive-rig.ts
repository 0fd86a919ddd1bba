/** An archive server with a few days of trades, a source before it, and what tests ask of both. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ArchiveSettings } from '../../adapters/archive/archive-settings.js';
import type { ArchiveSource } from '../../adapters/archive/archive-source.js';
import { makeArchiveSource } from '../../adapters/archive/archive-source.js';
import type { Table } from '../../core/data/table.js';
import { float64Column } from '../../core/data/table.js';
import { daysOf } from '../../pipeline/day-segments.js';
import type { FoundSeries, SourceQuery, SourceRequest } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import type { ArchiveServer } from './archive-server.js';
import { startArchiveServer } from './archive-server.js';

export const DAY_MS = 86_400_000;
export const FROM_MS = Date.UTC(2024, 2, 1);
export const PATIENCE = { attempts: 4, firstWaitMs: 10, longestWaitMs: 5000, silentMs: 20_000 };

export interface ArchiveRig {
  readonly server: ArchiveServer;
  readonly cacheFolder: string;
  /** Another source over the same cache, as another process would have. */
  makeSource(settings?: Partial<ArchiveSettings>): ArchiveSource;
}

/** A server and an empty cache, both gone after the test. */
export async function startArchiveRig(context: TestContext): Promise<ArchiveRig> {
  const server = await startArchiveServer(context);
  const cacheFolder = await mkdtemp(join(tmpdir(), 'ares-archive-'));
  context.after(() => rm(cacheFolder, { recursive: true, force: true }));
  const makeSource: ArchiveRig['makeSource'] = ({ env, ...settings } = {}) =>
    makeArchiveSource({ cacheFolder, patience: PATIENCE, ...settings, env: { ARES_ARCHIVE_URL: server.address, ...env } });
  return { server, cacheFolder, makeSource };
}

/** Path of a day's USD-M trades. */
export function tradesPath(day: string, symbol = 'ETHUSDT'): string {
  return `data/futures/um/daily/trades/${symbol}/${symbol}-trades-${day}.zip`;
}

/** Text of a day's trades: one each `stepMs`, ids counted through from the first day; prices that do not compress well. */
export function tradesText(day: string, stepMs: number): string {
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const perDay = DAY_MS / stepMs;
  const firstId = Math.round((dayMs - FROM_MS) / DAY_MS) * perDay + 1;
  const rows = Array.from({ length: perDay }, (_, i) => {
    const id = firstId + i;
    return `${id},${(2000 + ((id * 2_654_435_761) % 1_000_003) / 10_000).toFixed(4)},${(((id * 40_503) % 65_521) + 1) / 1000},1,${dayMs + i * stepMs},${id % 3 === 0}`;
  });
  return `id,price,qty,quote_qty,time,is_buyer_maker\n${rows.join('\n')}\n`;
}

/** Puts the trades of `count` days from 2024-03-01 on the server. */
export async function putDays(server: ArchiveServer, count: number, stepMs = 60_000): Promise<readonly string[]> {
  const days = daysOf({ fromMs: FROM_MS, toMs: FROM_MS + count * DAY_MS });
  for (const day of days) await server.putCsv(tradesPath(day), tradesText(day, stepMs));
  return days;
}

/** A query for ETHUSDT trades of `days` days from 2024-03-01. */
export function tradesQuery(days: number, change: Partial<SourceQuery> = {}): SourceQuery {
  return {
    exchange: 'BINANCE',
    market: 'perp',
    symbol: 'ETHUSDT',
    root: null,
    fromMs: FROM_MS,
    toMs: FROM_MS + days * DAY_MS,
    days,
    periodMs: 60_000,
    series: 'trades',
    external: [],
    ...change,
  };
}

/** The request for what was found. */
export function requestOf(query: SourceQuery, files: readonly PlannedFile[]): SourceRequest {
  const { exchange, market, symbol } = query;
  return { exchange, market, symbol, files, signal: new AbortController().signal };
}

/** All trades of the found files, a table a day. */
export async function readDays(source: ArchiveSource, query: SourceQuery, found: FoundSeries, signal?: AbortSignal): Promise<Table[]> {
  const days = daysOf({ fromMs: found.fromMs, toMs: found.toMs }).map((day) => {
    const fromMs = Date.parse(`${day}T00:00:00Z`);
    return { day, fromMs, toMs: fromMs + DAY_MS };
  });
  const tables: Table[] = [];
  const request = { ...requestOf(query, found.files), ...(signal === undefined ? {} : { signal }), tradeKind: 'trades' as const, days };
  for await (const { table } of source.readTradeDays(request)) tables.push(table);
  return tables;
}

/** Ids of tables in their order. */
export function idsOf(tables: readonly Table[]): number[] {
  return tables.flatMap((table) => Array.from(float64Column(table, 'id')));
}

/** Whole numbers from 1 to `count`. */
export function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** Files of the cache by their ending. */
export async function cachedFiles(cacheFolder: string, ending: string): Promise<string[]> {
  const entries = await readdir(cacheFolder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending)).map((entry) => join(entry.parentPath, entry.name));
}
