/** One of Binance's markets: its client, its limits, and what it says of a symbol. */
import type { z } from 'zod';
import type { Abort } from '../../core/abort.js';
import { InvalidData } from '../../core/errors.js';
import type { MarketKind } from '../../pipeline/config.js';
import { binanceRefusal, candlesSchema, serverTimeSchema, symbolsSchema } from './binance-answers.js';
import type { BudgetName, Endpoint } from './binance-markets.js';
import { BINANCE_MARKETS } from './binance-markets.js';
import type { RequestBudget } from './request-budget.js';
import { makeRequestBudget } from './request-budget.js';
import type { Environment } from './rest-addresses.js';
import { restAddress } from './rest-addresses.js';
import type { RestPolicy } from './rest-client.js';
import { makeRestClient } from './rest-client.js';

const MINUTE_MS = 60_000;

export interface EndpointRequest<T> {
  readonly query: Readonly<Record<string, string | number>>;
  /** Rows asked for, where the weight depends on it. */
  readonly rows?: number;
  readonly schema: z.ZodType<T>;
  readonly check?: (answer: T) => string | null;
  readonly signal: Abort | undefined;
}

export interface Contract {
  /** Quote value of a contract of an inverse future; null where quantities are in base currency. */
  readonly contractSize: number | null;
  /** Start of the first minute that has a candle. */
  readonly sinceMs: number;
}

export interface BinanceApi {
  readonly market: MarketKind;
  get<T>(endpoint: Endpoint, request: EndpointRequest<T>): Promise<T>;
  /** The exchange's clock, UTC ms. */
  serverTimeMs(signal?: Abort): Promise<number>;
  /** @throws InvalidData when the market has no such symbol */
  contract(symbol: string, signal?: Abort): Promise<Contract>;
  /** Requests sent so far, repeated ones included. */
  requestCount(): number;
}

/** The market at its address. */
export function makeBinanceApi(market: MarketKind, env: Environment, policy: RestPolicy): BinanceApi {
  const { address, limits, time, symbols, candles } = BINANCE_MARKETS[market];
  const client = makeRestClient({ url: restAddress(env, address), policy, refusalOf: binanceRefusal });
  const budgets: Readonly<Record<BudgetName, RequestBudget>> = {
    weight: makeRequestBudget(limits.weight),
    funding: makeRequestBudget(limits.funding),
    statistics: makeRequestBudget(limits.statistics),
  };
  const get: BinanceApi['get'] = async (endpoint, { rows = 1, ...request }) =>
    client.get({
      ...request,
      path: endpoint.path,
      weight: endpoint.weight(rows),
      budget: budgets[endpoint.budget],
      // The header counts weight, which the other limits do not.
      countHeader: endpoint.budget === 'weight' ? 'x-mbx-used-weight-1m' : null,
    });

  const firstCandleMs = async (symbol: string, signal: Abort | undefined): Promise<number> => {
    const query = { symbol, interval: '1m', startTime: 0, limit: 1 };
    const first = (await get(candles, { query, schema: candlesSchema, signal }))[0];
    if (first === undefined) throw new InvalidData(`symbol: expected candles of ${symbol} ${market}, found none at all`);
    return first[0];
  };
  const contracts = new Map<string, Contract>();
  const describe = async (symbol: string, signal: Abort | undefined): Promise<Contract> => {
    const query: Record<string, string> = market === 'spot' ? { symbol } : {};
    const listed = (await get(symbols, { query, schema: symbolsSchema, signal })).symbols;
    const found = listed.find((one) => one.symbol === symbol);
    if (found === undefined) throw new InvalidData(`symbol: expected one of the ${listed.length} symbols of BINANCE ${market}, found ${symbol}`);
    if (market !== 'coin') return { contractSize: null, sinceMs: await firstCandleMs(symbol, signal) };
    if (found.contractSize === undefined || found.onboardDate === undefined)
      throw new InvalidData(`symbol: expected contractSize and onboardDate of ${symbol}, found ${JSON.stringify(found)}`);
    // A start time alone reaches 200 days here, so the first candle cannot be asked for.
    return { contractSize: found.contractSize, sinceMs: Math.ceil(found.onboardDate / MINUTE_MS) * MINUTE_MS };
  };
  return {
    market,
    get,
    serverTimeMs: async (signal) => (await get(time, { query: {}, schema: serverTimeSchema, signal })).serverTime,
    contract: async (symbol, signal) => {
      const known = contracts.get(symbol) ?? (await describe(symbol, signal));
      contracts.set(symbol, known);
      return known;
    },
    requestCount: client.requestCount,
  };
}
