/** Daily series that no exchange publishes: the fear and greed index, and the hash rate of the Bitcoin network. */
import { z } from 'zod';
import type { Abort } from '../../core/abort.js';
import type { ExternalName } from '../../core/data/external-series.js';
import { InvalidData } from '../../core/errors.js';
import type { SeriesRead } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import type { TimedValue } from './external-table.js';
import { externalSpan, externalTable } from './external-table.js';
import { makeRequestBudget } from './request-budget.js';
import type { Environment, RestAddress } from './rest-addresses.js';
import { restAddress } from './rest-addresses.js';
import type { RestClient, RestPolicy } from './rest-client.js';
import { makeRestClient } from './rest-client.js';

export interface IndexAsk {
  readonly window: Span;
  readonly signal: Abort;
}

export type IndexName = Extract<ExternalName, 'fear-greed' | 'hash-rate'>;

/** True for a series that is read here, whatever the exchange. */
export function isIndex(external: ExternalName): external is IndexName {
  return external === 'fear-greed' || external === 'hash-rate';
}

/** By the names of the spec's `external`. */
export type IndexReaders = Readonly<Record<IndexName, (ask: IndexAsk) => Promise<SeriesRead>>>;

/** Neither host publishes a limit; one request every two seconds is well below what they bear. */
const PACE = { weight: 1, intervalMs: 2000 };
const HASHES_IN_TERAHASH = 1e12;

/** Newest first; times are seconds as text. */
const fearGreedSchema = z.object({
  data: z.array(
    z.object({
      value: z
        .string()
        .regex(/^\d{1,3}$/)
        .transform(Number),
      timestamp: z.string().regex(/^\d+$/).transform(Number),
    }),
  ),
  metadata: z.object({ error: z.null() }),
});
/** x = seconds, y in the unit. */
const hashRateSchema = z.object({ status: z.literal('ok'), unit: z.string().regex(/TH\/s$/), values: z.array(z.object({ x: z.int(), y: z.number() })) });

/** The readers at their addresses; nothing is requested before the first read. */
export function makeIndexReaders(env: Environment, policy: RestPolicy): IndexReaders {
  const client = (address: RestAddress): RestClient => makeRestClient({ url: restAddress(env, address), policy, refusalOf: () => null });
  const [fearGreed, hashRate] = [client('ARES_FEAR_GREED_URL'), client('ARES_HASH_RATE_URL')];
  const [fearGreedBudget, hashRateBudget] = [makeRequestBudget(PACE), makeRequestBudget(PACE)];
  const common = { weight: 1, countHeader: null };
  return {
    'fear-greed': async ({ window, signal }) => {
      const request = { ...common, budget: fearGreedBudget, path: '/fng/', query: { limit: 0, format: 'json' }, schema: fearGreedSchema, signal };
      const { data } = await fearGreed.get(request);
      const over = data.find(({ value }) => value > 100);
      if (over !== undefined) throw new InvalidData(`fear-greed of ${over.timestamp}: expected a value from 0 to 100, found ${over.value}`);
      return tableOf('fear-greed', window, data.map(({ timestamp, value }) => ({ timeMs: timestamp * 1000, value })).reverse());
    },
    'hash-rate': async ({ window, signal }) => {
      const { fromMs } = externalSpan('hash-rate', window);
      const query = {
        start: new Date(fromMs).toISOString().slice(0, 10),
        timespan: `${Math.ceil((window.toMs - fromMs) / 86_400_000) + 1}days`,
        sampled: 'false',
        format: 'json',
      };
      const { values } = await hashRate.get({ ...common, budget: hashRateBudget, path: '/charts/hash-rate', query, schema: hashRateSchema, signal });
      return tableOf(
        'hash-rate',
        window,
        values.map(({ x, y }) => ({ timeMs: x * 1000, value: y * HASHES_IN_TERAHASH })),
      );
    },
  };
}

function tableOf(external: ExternalName, window: Span, values: readonly TimedValue[]): SeriesRead {
  for (let at = 1; at < values.length; at++) {
    const [before, next] = [(values[at - 1] as TimedValue).timeMs, (values[at] as TimedValue).timeMs];
    if (next <= before) throw new InvalidData(`${external}: expected times to rise, found ${next} after ${before}`);
  }
  return externalTable(external, window, { values, answers: 1 });
}
