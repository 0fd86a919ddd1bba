/** Binance's REST interface behind the port of all sources: aggregate trades, candles, funding and what the futures publish beside them. */
import { InvalidData } from '../../core/errors.js';
import type { MarketKind } from '../../pipeline/config.js';
import type { FoundSeries, MarketSource, SourceQuery } from '../../pipeline/market-source.js';
import type { BinanceApi } from './binance-api.js';
import { makeBinanceApi } from './binance-api.js';
import { readBinanceBars } from './binance-bars.js';
import { isServedBy, isStatistic, readBinanceExternal } from './binance-external.js';
import { readBinanceFunding } from './binance-funding.js';
import { STATISTICS_KEPT_MS } from './binance-markets.js';
import { readBinanceTrades } from './binance-trades.js';
import { isoTime } from './findings.js';
import { isIndex, makeIndexReaders } from './index-series.js';
import { openWindow } from './open-window.js';
import type { Environment } from './rest-addresses.js';
import type { RestPolicy } from './rest-client.js';
import { REST_POLICY } from './rest-client.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A source that counts its requests, repeated ones included. */
export interface RestSource extends MarketSource {
  requestCount(): number;
}

/**
 * The source at the addresses of ARES_BINANCE_SPOT_URL, ARES_BINANCE_USDM_URL, ARES_BINANCE_COINM_URL, ARES_FEAR_GREED_URL and
 * ARES_HASH_RATE_URL, else the public ones. Limits hold for all its reads together: make it once a process.
 * @throws PipelineError InvalidSpec for a variable that is no address
 */
export function makeBinanceRest(env: Environment, policy: RestPolicy = REST_POLICY): RestSource {
  const apis: Readonly<Record<MarketKind, BinanceApi>> = {
    spot: makeBinanceApi('spot', env, policy),
    perp: makeBinanceApi('perp', env, policy),
    coin: makeBinanceApi('coin', env, policy),
  };
  const indices = makeIndexReaders(env, policy);
  return {
    find: async (query) => find(apis[query.market], query),
    readTradeDays: (request) => {
      checkTradeKind(request.tradeKind);
      return readBinanceTrades(apis[request.market], request);
    },
    readBars: async (request) => {
      const { table, findings } = await readBinanceBars(apis[request.market], request);
      return { table, findings };
    },
    readFunding: async (request) => readBinanceFunding(apis[request.market], request),
    readExternal: async (request) => (isIndex(request.external) ? indices[request.external](request) : readBinanceExternal(apis[request.market], request)),
    requestCount: () => Object.values(apis).reduce((sum, api) => sum + api.requestCount(), 0),
  };
}

/** Aggregate trades, unless bars are asked for: raw trades need a key. The end is the last whole minute, by the exchange's clock. */
async function find(api: BinanceApi, query: SourceQuery): Promise<FoundSeries> {
  const { symbol, market, series, external, signal } = query;
  if (series === 'trades') checkTradeKind('trades');
  const nowMs = await api.serverTimeMs(signal);
  const { sinceMs } = await api.contract(symbol, signal);
  const span = openWindow(query, { nowMs, sinceMs });
  const wantedFromMs = query.fromMs ?? Math.max(sinceMs, span.toMs - query.days * DAY_MS);
  for (const name of external) {
    if (isIndex(name)) continue;
    if (!isServedBy(api, name)) throw new InvalidData(`external: expected a series of BINANCE ${market} or a daily index, found ${name}`);
    // A day is left for the run to read it in.
    const keptFromMs = nowMs - STATISTICS_KEPT_MS + DAY_MS;
    if (isStatistic(name) && wantedFromMs < keptFromMs)
      throw new InvalidData(
        `external ${name}: the REST interface keeps 30 days; expected a window from ${isoTime(keptFromMs)} on, found ${isoTime(wantedFromMs)}; source archive has older ones`,
      );
  }
  const isBars = series === 'bars';
  return {
    series: isBars ? 'bars' : 'trades',
    tradeKind: isBars ? null : 'aggTrades',
    periodMs: isBars ? MINUTE_MS : 0,
    ...span,
    files: [],
    fundingFiles: [],
    externalFiles: {},
  };
}

function checkTradeKind(kind: 'trades' | 'aggTrades'): void {
  if (kind === 'trades')
    throw new InvalidData('series: expected aggTrades or bars from the REST interface, which gives raw trades to holders of a key only, found trades');
}
