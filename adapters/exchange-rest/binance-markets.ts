/** Paths, page sizes, weights and limits of Binance's three markets, as its documentation states them. */
import type { MarketKind } from '../../pipeline/config.js';
import type { RestAddress } from './rest-addresses.js';
import type { RequestLimit } from './request-budget.js';

/** Which of a host's limits counts a request. */
export type BudgetName = 'weight' | 'funding' | 'statistics';

export interface Endpoint {
  readonly path: string;
  /** Most rows an answer. */
  readonly limit: number;
  readonly weight: (rows: number) => number;
  readonly budget: BudgetName;
}

export interface BinanceMarket {
  readonly address: RestAddress;
  readonly limits: Readonly<Record<BudgetName, RequestLimit>>;
  readonly time: Endpoint;
  readonly symbols: Endpoint;
  readonly trades: Endpoint;
  readonly candles: Endpoint;
  /** Null on spot, which has neither. */
  readonly markCandles: Endpoint | null;
  readonly funding: Endpoint | null;
}

/** Share of each published limit that we use: other programs at the same address have theirs. */
export const SHARE_OF_LIMIT = 0.5;

const MINUTE_MS = 60_000;
const fixed = (weight: number) => (): number => weight;

/** Weight of a page of futures candles. A page of 1,000 costs half as much as one of 1,500, so pages end there. */
function candleWeight(rows: number): number {
  if (rows < 100) return 1;
  return rows < 500 ? 2 : 5;
}

function limitsOf(weight: number): BinanceMarket['limits'] {
  return {
    weight: { weight: weight * SHARE_OF_LIMIT, intervalMs: MINUTE_MS },
    funding: { weight: 500 * SHARE_OF_LIMIT, intervalMs: 5 * MINUTE_MS },
    statistics: { weight: 1000 * SHARE_OF_LIMIT, intervalMs: 5 * MINUTE_MS },
  };
}

function futures(address: RestAddress, root: string): BinanceMarket {
  const endpoint = (path: string, weight: (rows: number) => number, budget: BudgetName = 'weight'): Endpoint => ({
    path: `${root}/${path}`,
    limit: 1000,
    weight,
    budget,
  });
  return {
    address,
    limits: limitsOf(2400),
    time: endpoint('time', fixed(1)),
    symbols: endpoint('exchangeInfo', fixed(1)),
    trades: endpoint('aggTrades', fixed(20)),
    candles: endpoint('klines', candleWeight),
    markCandles: endpoint('markPriceKlines', candleWeight),
    funding: endpoint('fundingRate', fixed(1), 'funding'),
  };
}

function spot(): BinanceMarket {
  const endpoint = (path: string, weight: number): Endpoint => ({ path: `/api/v3/${path}`, limit: 1000, weight: fixed(weight), budget: 'weight' });
  return {
    address: 'ARES_BINANCE_SPOT_URL',
    limits: limitsOf(6000),
    time: endpoint('time', 1),
    symbols: endpoint('exchangeInfo', 20),
    trades: endpoint('aggTrades', 4),
    candles: endpoint('klines', 2),
    markCandles: null,
    funding: null,
  };
}

export const BINANCE_MARKETS: Readonly<Record<MarketKind, BinanceMarket>> = {
  spot: spot(),
  perp: futures('ARES_BINANCE_USDM_URL', '/fapi/v1'),
  coin: futures('ARES_BINANCE_COINM_URL', '/dapi/v1'),
};

/** Open interest and ratios: one folder for both kinds of futures, 500 rows an answer, the last 30 days. */
export function statisticsEndpoint(name: string): Endpoint {
  return { path: `/futures/data/${name}`, limit: 500, weight: fixed(1), budget: 'statistics' };
}
export const STATISTICS_KEPT_MS = 30 * 24 * 60 * MINUTE_MS;
