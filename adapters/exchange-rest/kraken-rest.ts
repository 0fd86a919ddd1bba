/** Kraken's spot market behind the port of all sources: its public trades in the schema of every other venue. */
import type { Abort } from '../../core/abort.js';
import { makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { FoundSeries, SourceQuery } from '../../pipeline/market-source.js';
import type { RestSource } from './binance-rest.js';
import { finding } from './findings.js';
import { isIndex, makeIndexReaders } from './index-series.js';
import type { KrakenTrades } from './kraken-answers.js';
import { krakenPairsSchema, krakenRefusal, krakenTimeSchema, krakenTradesSchema } from './kraken-answers.js';
import type { FetchTrades } from './kraken-trades.js';
import { KRAKEN_PAGE, readKrakenTrades } from './kraken-trades.js';
import { openWindow } from './open-window.js';
import { makeRequestBudget } from './request-budget.js';
import type { Environment } from './rest-addresses.js';
import { restAddress } from './rest-addresses.js';
import type { RestPolicy } from './rest-client.js';
import { makeRestClient, REST_POLICY } from './rest-client.js';

const MINUTE_MS = 60_000;
/** Public requests: one a second (the documentation's advice for every address). */
const PACE = { weight: 1, intervalMs: 1000 };

/**
 * The source at ARES_KRAKEN_URL, ARES_FEAR_GREED_URL and ARES_HASH_RATE_URL, else the public addresses. It serves raw trades; candles only
 * reach back 720 of a length and are refused. Symbols are as elsewhere: BTCUSDT is the exchange's XBTUSDT.
 * @throws PipelineError InvalidSpec for a variable that is no address
 */
export function makeKrakenRest(env: Environment, policy: RestPolicy & { readonly paceMs?: number } = REST_POLICY): RestSource {
  const client = makeRestClient({ url: restAddress(env, 'ARES_KRAKEN_URL'), policy, refusalOf: krakenRefusal });
  const budget = makeRequestBudget({ ...PACE, intervalMs: policy.paceMs ?? PACE.intervalMs });
  const common = { weight: 1, budget, countHeader: null };
  const indices = makeIndexReaders(env, policy);
  const trades =
    (pair: string): FetchTrades =>
    async (since, ask) =>
      client.get({ ...common, ...ask, path: '/0/public/Trades', query: { pair, since, count: KRAKEN_PAGE }, schema: krakenTradesSchema });

  const find = async (query: SourceQuery): Promise<FoundSeries> => {
    const { symbol, series, external, signal } = query;
    if (series === 'bars' || series === 'aggTrades') throw noSeries(series);
    const strange = external.find((name) => !isIndex(name));
    if (strange !== undefined) throw new InvalidData(`external: expected fear-greed or hash-rate beside KRAKEN, found ${strange}`);
    const pair = krakenPair(symbol);
    const { result: time } = await client.get({ ...common, path: '/0/public/Time', query: {}, schema: krakenTimeSchema, signal });
    await client.get({
      ...common,
      path: '/0/public/AssetPairs',
      query: { pair },
      schema: krakenPairsSchema,
      check: (answer) => pairFault(answer, pair),
      signal,
    });
    const sinceMs = await firstMinute(trades(pair), symbol, signal);
    const span = openWindow(query, { nowMs: time.unixtime * 1000, sinceMs });
    return { series: 'trades', tradeKind: 'trades', periodMs: 0, ...span, files: [], fundingFiles: [], externalFiles: {} };
  };
  return {
    find,
    readTradeDays: (request) => {
      if (request.tradeKind === 'aggTrades') throw noSeries('aggTrades');
      return readKrakenTrades(trades(krakenPair(request.symbol)), { ...request, requestCount: client.requestCount });
    },
    readBars: async () => Promise.reject(noSeries('bars')),
    readFunding: async () =>
      Promise.resolve({
        table: makeTable({ timeMs: new Float64Array(0), rate: new Float64Array(0), markPrice: new Float64Array(0) }),
        findings: [finding({ action: 'passed', check: 'funding', count: 0, detail: 'a spot market pays no funding' })],
      }),
    readExternal: async (request) => {
      if (isIndex(request.external)) return indices[request.external](request);
      throw new InvalidData(`external: expected fear-greed or hash-rate beside KRAKEN, found ${request.external}`);
    },
    requestCount: client.requestCount,
  };
}

/** The exchange's name of a symbol: Bitcoin is XBT there. */
export function krakenPair(symbol: string): string {
  return symbol.replace(/^BTC/, 'XBT').replace(/BTC$/, 'XBT');
}

function noSeries(found: string): InvalidData {
  return new InvalidData(`series: expected trades from KRAKEN (its candles reach back 720 only, and it has no aggregate trades), found ${found}`);
}

function pairFault({ result }: { readonly result: Readonly<Record<string, { readonly altname: string }>> }, pair: string): string | null {
  const names = Object.values(result).map(({ altname }) => altname);
  return names.length === 1 && names[0] === pair ? null : `expected the pair ${pair}, found ${names.join(', ') || 'none'}`;
}

async function firstMinute(fetchTrades: FetchTrades, symbol: string, signal: Abort | undefined): Promise<number> {
  const { trades }: KrakenTrades = await fetchTrades('0', { check: () => null, signal });
  const first = trades[0];
  if (first === undefined) throw new InvalidData(`symbol: expected trades of ${symbol} KRAKEN, found none at all`);
  return Math.ceil((first[2] * 1000) / MINUTE_MS) * MINUTE_MS;
}
