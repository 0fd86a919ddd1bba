/** Openings of test segments across runs: one object a model and segment, so counting is listing. */
import { z } from 'zod';
import { PipelineError } from '../../pipeline/errors.js';
import type { TestLedger } from '../../pipeline/ports.js';
import type { ObjectStore } from '../object-store/index.js';

const openingSchema = z.strictObject({
  schema: z.literal('ares.test-opening'),
  dataKey: z.string(),
  modelKey: z.string(),
  symbol: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
});
/** A model scored on a test segment. */
export type TestOpening = z.infer<typeof openingSchema>;

export interface CountingTestLedger extends TestLedger {
  /** Models scored so far on the segment of this data key, by model key. */
  openings(dataKey: string): Promise<TestOpening[]>;
  /** How many models have been scored on it, not counting `exceptModelKey`. */
  count(dataKey: string, exceptModelKey?: string): Promise<number>;
}

type JsonStore = Pick<ObjectStore, 'list' | 'putJsonIfAbsent' | 'readJson' | 'url'>;

/** The ledger of a store, at `ledger/<data key>/<model key>.json`. */
export function makeTestLedger(store: JsonStore): CountingTestLedger {
  return {
    record: async (opening) => {
      await store.putJsonIfAbsent(openingKey(opening.dataKey, opening.modelKey), { schema: 'ares.test-opening', ...opening });
    },
    openings: async (dataKey) => {
      const found = await store.list(folderOf(dataKey));
      return Promise.all(found.map(async ({ key }) => parseOpening(await store.readJson(key), `${store.url}/${key}`)));
    },
    count: async (dataKey, exceptModelKey) => {
      const found = await store.list(folderOf(dataKey));
      return found.filter(({ key }) => exceptModelKey === undefined || key !== openingKey(dataKey, exceptModelKey)).length;
    },
  };
}

function parseOpening(value: unknown, place: string): TestOpening {
  const parsed = openingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PipelineError(
    'IntegrityError',
    `${place} is no opening of a test segment: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
  );
}

function folderOf(dataKey: string): string {
  return `ledger/${encodeURIComponent(dataKey)}/`;
}

function openingKey(dataKey: string, modelKey: string): string {
  return `${folderOf(dataKey)}${encodeURIComponent(modelKey)}.json`;
}
