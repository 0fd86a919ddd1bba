/** Forms of Binance's answers, as far as they are read. Numbers come as text. */
import { z } from 'zod';
import { decimal } from './decimal.js';
import type { Refusal } from './read-answer.js';

const wholeMs = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)], { error: 'expected a time in whole ms' });

export const serverTimeSchema = z.object({ serverTime: wholeMs });

export const symbolsSchema = z.object({
  symbols: z.array(z.object({ symbol: z.string(), contractType: z.string().optional(), contractSize: decimal.optional(), onboardDate: wholeMs.optional() })),
});

/** a = aggregate id, p = price, q = quantity, T = time, m = buyer was the maker. */
export const aggTradesSchema = z.array(z.object({ a: z.int(), p: decimal, q: decimal, T: wholeMs, m: z.boolean() }));
export type AggTrade = z.output<typeof aggTradesSchema>[number];

/** Open time, open, high, low, close, volume, close time, other volume, count, taker buy volume, taker buy other volume. */
export const candlesSchema = z.array(
  z.tuple([wholeMs, decimal, decimal, decimal, decimal, decimal, wholeMs, decimal, z.int(), decimal, decimal]).rest(z.unknown()),
);
export type Candle = z.output<typeof candlesSchema>[number];

/** Candles of a mark price: open time, open, high, low, close; the rest says nothing. */
export const markCandlesSchema = z.array(z.tuple([wholeMs, decimal, decimal, decimal, decimal]).rest(z.unknown()));

/** Older payments have no mark price, or an empty one. */
export const fundingSchema = z.array(
  z.object({
    symbol: z.string(),
    fundingTime: wholeMs,
    fundingRate: decimal,
    markPrice: z.union([z.literal('').transform(() => Number.NaN), decimal]).default(Number.NaN),
  }),
);
export type FundingPayment = z.output<typeof fundingSchema>[number];

/** Open interest in base currency (USD-M) or contracts, and its value in quote (USD-M) or base currency. */
export const openInterestSchema = z.array(z.object({ timestamp: wholeMs, sumOpenInterest: decimal, sumOpenInterestValue: decimal }));
export const longShortSchema = z.array(z.object({ timestamp: wholeMs, longShortRatio: decimal }));
export const takerRatioSchema = z.array(z.object({ timestamp: wholeMs, buySellRatio: decimal }));
export const takerVolumesSchema = z.array(z.object({ timestamp: wholeMs, takerBuyVol: decimal, takerSellVol: decimal }));

const errorSchema = z.object({ code: z.int().negative(), msg: z.string() });
/** Disconnected, too many requests, unexpected response, timeout, server busy: another attempt may do. */
const PASSING_CODES = [-1001, -1003, -1006, -1007, -1008];

/** What a body of `{code, msg}` means; null for any other. */
export function binanceRefusal(body: unknown): Refusal | null {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success) return null;
  const { code, msg } = parsed.data;
  return { kind: PASSING_CODES.includes(code) ? 'again' : 'wrong', message: `${code} ${msg}` };
}
