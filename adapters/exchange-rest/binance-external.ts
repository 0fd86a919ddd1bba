/** Series that the futures publish beside trades: mark price, open interest, ratios of longs to shorts and of takers. */
import type { z } from 'zod';
import type { Abort } from '../../core/abort.js';
import type { ExternalName } from '../../core/data/external-series.js';
import { InvalidData } from '../../core/errors.js';
import type { SeriesRead } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import { longShortSchema, markCandlesSchema, openInterestSchema, takerRatioSchema, takerVolumesSchema } from './binance-answers.js';
import type { BinanceApi } from './binance-api.js';
import { BINANCE_MARKETS, statisticsEndpoint } from './binance-markets.js';
import type { TimedValue } from './external-table.js';
import { externalSpan, externalTable } from './external-table.js';
import { timedPages } from './timed-pages.js';

const MINUTE_MS = 60_000;

export interface ExternalAsk {
  readonly symbol: string;
  readonly window: Span;
  readonly external: ExternalName;
  readonly signal: Abort;
}

interface Statistic {
  readonly endpoint: string;
  readonly parse: (api: BinanceApi) => z.ZodType<readonly TimedValue[]>;
}

const longShort = longShortSchema.transform((rows) => rows.map((row) => ({ timeMs: row.timestamp, value: row.longShortRatio })));
const ratio = (endpoint: string): Statistic => ({ endpoint, parse: () => longShort });

/** By series; open interest of inverse futures counts contracts, and only its value is in base currency. */
const STATISTICS: Readonly<Partial<Record<ExternalName, Statistic>>> = {
  'open-interest': {
    endpoint: 'openInterestHist',
    parse: ({ market }) =>
      openInterestSchema.transform((rows) =>
        rows.map((row) => ({ timeMs: row.timestamp, value: market === 'coin' ? row.sumOpenInterestValue : row.sumOpenInterest })),
      ),
  },
  'account-ratio': ratio('globalLongShortAccountRatio'),
  'top-account-ratio': ratio('topLongShortAccountRatio'),
  'top-position-ratio': ratio('topLongShortPositionRatio'),
  'taker-ratio': {
    endpoint: 'takerlongshortRatio',
    parse: ({ market }) =>
      market === 'coin'
        ? takerVolumesSchema.transform((rows) => rows.map((row) => ({ timeMs: row.timestamp, value: row.takerBuyVol / row.takerSellVol })))
        : takerRatioSchema.transform((rows) => rows.map((row) => ({ timeMs: row.timestamp, value: row.buySellRatio }))),
  },
};

/** True for the series of which the exchange keeps the last 30 days only. */
export function isStatistic(external: ExternalName): boolean {
  return STATISTICS[external] !== undefined;
}

/** True for a series that the market publishes. */
export function isServedBy(api: Pick<BinanceApi, 'market'>, external: ExternalName): boolean {
  return api.market !== 'spot' && (external === 'mark-price' || isStatistic(external));
}

/** Schema ares.external, a value a minute (mark price, at the close of its candle) or every five. @throws InvalidData for a series that the market has not */
export async function readBinanceExternal(api: BinanceApi, ask: ExternalAsk): Promise<SeriesRead> {
  const { external, window } = ask;
  if (!isServedBy(api, external)) throw new InvalidData(`external: expected a series of BINANCE ${api.market}, found ${external}`);
  const span = externalSpan(external, window);
  const statistic = STATISTICS[external];
  return externalTable(external, window, statistic === undefined ? await readMarkPrice(api, ask, span) : await readStatistic(api, ask, { statistic, span }));
}

async function readMarkPrice(api: BinanceApi, { symbol, signal }: ExternalAsk, span: Span): Promise<{ values: TimedValue[]; answers: number }> {
  const endpoint = BINANCE_MARKETS[api.market].markCandles as NonNullable<(typeof BINANCE_MARKETS)['perp']['markCandles']>;
  const values: TimedValue[] = [];
  let answers = 0;
  const pages = timedPages({
    // Only candles that have closed by the end of the span.
    span: { fromMs: Math.ceil(span.fromMs / MINUTE_MS) * MINUTE_MS - MINUTE_MS, toMs: Math.floor(span.toMs / MINUTE_MS) * MINUTE_MS },
    stepMs: MINUTE_MS,
    limit: endpoint.limit,
    timeOf: (candle: z.output<typeof markCandlesSchema>[number]) => candle[0],
    fetchPage: async (page, check) => {
      answers++;
      const query = { symbol, interval: '1m', startTime: page.fromMs, endTime: page.toMs - 1, limit: page.limit };
      return api.get(endpoint, { query, rows: page.limit, schema: markCandlesSchema, check, signal });
    },
  });
  for await (const page of pages) {
    for (const [openMs, , , , close] of page) {
      if (!(close > 0)) throw new InvalidData(`${symbol} mark price of ${openMs}: expected close above 0, found ${close}`);
      values.push({ timeMs: openMs + MINUTE_MS, value: close });
    }
  }
  return { values, answers };
}

async function readStatistic(
  api: BinanceApi,
  { symbol, signal }: ExternalAsk,
  { statistic, span }: { readonly statistic: Statistic; readonly span: Span },
): Promise<{ values: TimedValue[]; answers: number }> {
  const isTakerOfCoin = api.market === 'coin' && statistic.endpoint === 'takerlongshortRatio';
  const endpoint = statisticsEndpoint(isTakerOfCoin ? 'takerBuySellVol' : statistic.endpoint);
  const schema = statistic.parse(api);
  const values: TimedValue[] = [];
  let answers = 0;
  const pages = timedPages<TimedValue>({
    span,
    stepMs: 5 * MINUTE_MS,
    limit: endpoint.limit,
    timeOf: ({ timeMs }) => timeMs,
    fetchPage: async (page, check) => {
      answers++;
      const query = { ...nameOf(api, symbol, statistic.endpoint), period: '5m', startTime: page.fromMs, endTime: page.toMs - 1, limit: endpoint.limit };
      return api.get(endpoint, { query, schema, check, signal });
    },
  });
  for await (const page of pages) values.push(...page);
  return { values, answers };
}

/** Inverse futures are named by pair, and where several contracts of one have a series by the kind of contract too. */
function nameOf(api: BinanceApi, symbol: string, endpoint: string): Record<string, string> {
  if (api.market !== 'coin') return { symbol };
  const pair = { pair: symbol.replace(/_PERP$/, '') };
  return endpoint === 'openInterestHist' || endpoint === 'takerlongshortRatio' ? { ...pair, contractType: 'PERPETUAL' } : pair;
}
