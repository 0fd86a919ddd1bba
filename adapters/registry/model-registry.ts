/** Registered models: immutable versions in the object store, made by conditional puts, so two runs cannot take one number. */
import { rcompare, valid } from 'semver';
import { z } from 'zod';
import { PipelineError } from '../../pipeline/errors.js';
import type { Registry } from '../../pipeline/ports.js';
import type { ObjectStore } from '../object-store/index.js';

const entrySchema = z.strictObject({
  schema: z.literal('ares.registry-entry'),
  symbol: z.string(),
  version: z.string().refine((version) => valid(version) !== null, { error: 'expected a semantic version' }),
  bundleSha256: z.string(),
  bundleUri: z.string(),
  lineage: z.unknown(),
});
/** A registered version. */
export type RegistryEntry = z.infer<typeof entrySchema>;

export interface ModelRegistry extends Registry {
  /** The entry of a version of a symbol's model, or null. */
  find(symbol: string, version: string): Promise<RegistryEntry | null>;
  /** All entries of a symbol, newest version first. */
  list(symbol: string): Promise<RegistryEntry[]>;
}

type JsonStore = Pick<ObjectStore, 'list' | 'putJsonIfAbsent' | 'readJson' | 'url'>;

/** Version of a symbol's first model. Major: format of the bundle; minor: one up for every other bundle; patch: never set here. */
const FIRST_VERSION = { major: 1, minor: 0 };
/** Rounds of losing a version number to other runs. */
const ATTEMPTS = 50;

/** The registry of a store, at `registry/<symbol>/<version>.json`. */
export function makeRegistry(store: JsonStore): ModelRegistry {
  const list = (symbol: string): Promise<RegistryEntry[]> => listEntries(store, symbol);
  return {
    list,
    find: (symbol, version) => readEntry(store, entryKey(symbol, version)),
    register: async (entry) => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const entries = await list(entry.symbol);
        const same = entries.find((known) => known.bundleSha256 === entry.bundleSha256);
        if (same !== undefined) return { version: same.version, isNew: false };
        const version = nextVersion(entries);
        const wrote = await store.putJsonIfAbsent(entryKey(entry.symbol, version), { schema: 'ares.registry-entry', version, ...entry });
        if (wrote) return { version, isNew: true };
      }
      throw new PipelineError('StoreUnavailable', `no version of ${entry.symbol} could be taken in ${store.url}/registry after ${ATTEMPTS} attempts`);
    },
  };
}

function nextVersion(entries: readonly RegistryEntry[]): string {
  const newest = entries[0];
  if (newest === undefined) return `${FIRST_VERSION.major}.${FIRST_VERSION.minor}.0`;
  const [major, minor] = newest.version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}

async function listEntries(store: JsonStore, symbol: string): Promise<RegistryEntry[]> {
  const found = await store.list(`registry/${encodeURIComponent(symbol)}/`);
  const entries = await Promise.all(found.map((object) => readEntry(store, object.key)));
  return entries.filter((entry) => entry !== null).sort((a, b) => rcompare(a.version, b.version));
}

async function readEntry(store: JsonStore, key: string): Promise<RegistryEntry | null> {
  const value = await store.readJson(key);
  if (value === null) return null;
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PipelineError(
    'IntegrityError',
    `${store.url}/${key} is no registry entry: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
  );
}

function entryKey(symbol: string, version: string): string {
  return `registry/${encodeURIComponent(symbol)}/${version}.json`;
}
