/** Forms of Kraken's answers: every body is `{error: [...], result: ...}`, also with status 200. */
import { z } from 'zod';
import { decimal } from './decimal.js';
import type { Refusal } from './read-answer.js';

export const krakenTimeSchema = z.object({ result: z.object({ unixtime: z.int() }) });

/** Pairs by the exchange's own name. */
export const krakenPairsSchema = z.object({ result: z.record(z.string(), z.object({ altname: z.string() })) });

/** Price, quantity, seconds with a fraction, b = taker bought or s = sold, order type, remarks, id. */
const tradeSchema = z.tuple([decimal, decimal, z.number(), z.enum(['b', 's']), z.string(), z.string(), z.int()]);
export type KrakenTrade = z.output<typeof tradeSchema>;

/** The pair's trades under its name, and `last`: the time of the last one in ns, more digits than a number holds. */
export const krakenTradesSchema = z
  .object({ result: z.looseObject({ last: z.string().regex(/^\d+$/) }) })
  .transform(({ result: { last, ...byPair } }) => ({ last, lists: Object.values(byPair) }))
  .pipe(z.object({ last: z.string(), lists: z.tuple([z.array(tradeSchema)]) }))
  .transform(({ last, lists: [trades] }) => ({ last, trades }));
export type KrakenTrades = z.output<typeof krakenTradesSchema>;

const errorSchema = z.object({ error: z.array(z.string()).min(1) });
/** Busy or out of turn; what it says of rights; everything else is a request that cannot be served. */
const PASSING = /^(EService:|EAPI:Rate limit exceeded|EGeneral:(Too many requests|Temporary lockout|Internal error))/;
const DENIED = /^(EGeneral:Permission denied|EAPI:Invalid key)/;

/** What a body with errors means; null for one without. */
export function krakenRefusal(body: unknown): Refusal | null {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success) return null;
  const message = parsed.data.error.join('; ');
  if (PASSING.test(message)) return { kind: 'again', message };
  return { kind: DENIED.test(message) ? 'denied' : 'wrong', message };
}
