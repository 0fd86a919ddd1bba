/** Rows as the exchanges send them, and what a read of them asks for. */
import { gunzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RestSource } from '../../../adapters/exchange-rest/index.js';
import { makeBinanceRest } from '../../../adapters/exchange-rest/index.js';
import { REST_POLICY } from '../../../adapters/exchange-rest/rest-client.js';
import type { DayOfTrades, TradeDay, SourceRequest } from '../../../pipeline/market-source.js';
import type { ExchangeOptions, RecordedExchange, ServedSeries } from '../../support/recorded-exchange.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import { testData } from '../../support/test-data.js';

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;
/** 2024-03-01T00:00Z */
export const START_MS = Date.UTC(2024, 2, 1);
export const DAY: TradeDay = { day: '2024-03-01', fromMs: START_MS, toMs: START_MS + DAY_MS };

/** As shipped, but for waits that are ours alone. */
export const SHORT_WAITS = { ...REST_POLICY, backoffMs: 5 };

export interface AggRow {
  readonly a: number;
  readonly p: string;
  readonly q: string;
  readonly f: number;
  readonly l: number;
  readonly T: number;
  readonly m: boolean;
  readonly M: boolean;
}

/** Aggregate trades at the given times, ids from `firstId` on. */
export function aggRows(times: readonly number[], firstId = 1000): AggRow[] {
  return times.map((T, i) => ({
    a: firstId + i,
    p: (2000 + ((i * 37) % 100) / 100).toFixed(8),
    q: (0.001 * (1 + ((i * 13) % 500))).toFixed(8),
    f: firstId + i,
    l: firstId + i,
    T,
    m: i % 3 === 0,
    M: true,
  }));
}

/** `count` times from before START_MS to after the day's end, several often in one ms. */
export function spreadTimes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => START_MS - 5000 + Math.floor(((i - (i % 3)) * (DAY_MS + 10_000)) / count));
}

export function tradeSeries(rows: readonly AggRow[], symbol = 'ETHUSDT'): ServedSeries {
  return { path: '/api/v3/aggTrades', key: { symbol }, rows, timeOf: (row: AggRow) => row.T, idOf: (row: AggRow) => row.a };
}

export type CandleRow = readonly [number, string, string, string, string, string, number, string, number, string, string, string];

/** Candles of one length at the given open times. */
export function candleRow(openMs: number, periodMs = MINUTE_MS, count = 12): CandleRow {
  return [
    openMs,
    '2000.10',
    '2001.00',
    '1999.50',
    '2000.90',
    count === 0 ? '0' : '3.5',
    openMs + periodMs - 1,
    '7002.0',
    count,
    count === 0 ? '0' : '1.25',
    '2500.5',
    '0',
  ];
}

export function candleSeries(rows: readonly CandleRow[], interval = '1m', path = '/api/v3/klines', symbol = 'ETHUSDT'): ServedSeries {
  return { path, key: { symbol, interval }, rows, timeOf: (row: CandleRow) => row[0] };
}

/** Bodies that name ETHUSDT on each market, and the exchange's clock. */
export function marketBodies(nowMs: number): Record<string, unknown> {
  const coin = { symbol: 'ETHUSD_PERP', contractType: 'PERPETUAL', contractSize: 10, onboardDate: START_MS - 5 * DAY_MS };
  const spot = (query: URLSearchParams): unknown =>
    query.get('symbol') === 'ETHUSDT' ? { symbols: [{ symbol: 'ETHUSDT' }] } : { code: -1121, msg: 'Invalid symbol.' };
  return {
    '/api/v3/time': { serverTime: nowMs },
    '/fapi/v1/time': { serverTime: nowMs },
    '/dapi/v1/time': { serverTime: nowMs },
    '/api/v3/exchangeInfo': spot,
    '/fapi/v1/exchangeInfo': { symbols: [{ symbol: 'ETHUSDT', contractType: 'PERPETUAL', onboardDate: START_MS }] },
    '/dapi/v1/exchangeInfo': { symbols: [coin] },
  };
}

export interface Rig {
  readonly exchange: RecordedExchange;
  readonly source: RestSource;
}

/** A source over a local exchange with a first candle of each symbol; both end with the test. */
export async function makeRig(context: TestContext, options: ExchangeOptions, policy = SHORT_WAITS): Promise<Rig> {
  const first = [candleRow(START_MS - 3 * DAY_MS)];
  const series = [...(options.series ?? []), candleSeries(first), candleSeries(first, '1m', '/fapi/v1/klines')];
  const exchange = await startRecordedExchange({ ...options, series, bodies: { ...marketBodies(START_MS + 2 * DAY_MS), ...options.bodies } });
  context.after(() => exchange.stop());
  return { exchange, source: makeBinanceRest(hostedBy(exchange), policy) };
}

/** What the suites ask for, unless they ask for something else. */
export const spotRequest: SourceRequest = { exchange: 'BINANCE', market: 'spot', symbol: 'ETHUSDT', files: [], signal: new AbortController().signal };
export const perpRequest: SourceRequest = { ...spotRequest, market: 'perp' };

export async function readDays(source: RestSource, days: readonly TradeDay[], request: object = {}): Promise<DayOfTrades[]> {
  const read: DayOfTrades[] = [];
  for await (const day of source.readTradeDays({ ...spotRequest, tradeKind: 'aggTrades', days, ...request })) read.push(day);
  return read;
}

/** The columns that the given aggregate trades of a day must come out as. */
export function expectedColumns(rows: readonly AggRow[], day: TradeDay = DAY): Record<string, unknown> {
  const inside = rows.filter(({ T }) => T >= day.fromMs && T < day.toMs);
  return {
    timeMs: Float64Array.from(inside, ({ T }) => T),
    id: Float64Array.from(inside, ({ a }) => a),
    price: Float64Array.from(inside, ({ p }) => Number(p)),
    quantity: Float64Array.from(inside, ({ q }) => Number(q)),
    buyerIsMaker: Uint8Array.from(inside, ({ m }) => (m ? 1 : 0)),
  };
}

/** A recorded response of ../shared/data/rest. */
export async function recorded(name: string): Promise<unknown> {
  const bytes = await readFile(join(testData ?? '', 'rest', name));
  return JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as unknown;
}
