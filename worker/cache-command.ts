/** `ares cache ls|clean`: what the store holds, and the removal of objects that no manifest names and of checkpoints that are over. */
import { parseArgs } from 'node:util';
import { partCheckpoints } from '../adapters/checkpoints/index.js';
import { applyLocalProfile } from '../adapters/local-profile.js';
import type { ListedObject, ObjectStore } from '../adapters/object-store/index.js';
import { openStore } from './artifact-store.js';

const HOUR_MS = 3_600_000;
/** An object younger than this may belong to a step that has not committed its manifest yet. */
const DEFAULT_AGE_HOURS = 24;

interface StoreContents {
  readonly manifests: number;
  readonly objects: number;
  readonly bytes: number;
  /** Objects that no manifest and no registry entry names. */
  readonly orphans: readonly ListedObject[];
  /** Checkpoint objects, and those of them that no attempt will read. */
  readonly checkpoints: number;
  readonly staleCheckpoints: readonly ListedObject[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, 'older-than-hours': { type: 'string' }, 'dry-run': { type: 'boolean' } },
});
await main(positionals[0] ?? 'ls');

async function main(verb: string): Promise<void> {
  if (verb !== 'ls' && verb !== 'clean') {
    console.error(`expected ls or clean, found ${verb}`);
    process.exitCode = 2;
    return;
  }
  applyLocalProfile(process.env);
  const store = openStore(process.env);
  const beforeMs = Date.now() - Number(values['older-than-hours'] ?? DEFAULT_AGE_HOURS) * HOUR_MS;
  const contents = await readContents(store, beforeMs);
  const old = [...contents.orphans.filter((object) => object.modifiedMs <= beforeMs), ...contents.staleCheckpoints];
  if (verb === 'clean' && values['dry-run'] !== true) {
    for (const object of old) await store.remove(object.key);
    // Parts of uploads that a killed worker left unfinished are no objects yet: they are swept by themselves.
    await store.sweepUploads(beforeMs);
  }
  print(verb, contents, old);
  store.close();
}

async function readContents(store: ObjectStore, beforeMs: number): Promise<StoreContents> {
  const [manifests, objects, entries] = [await store.list('manifests/'), await store.list('objects/'), await store.list('registry/')];
  const named = new Set<string>();
  for (const { key } of [...manifests, ...entries]) {
    // Whatever the JSON calls it, a hash that stands in it names an object that is still wanted.
    for (const hash of JSON.stringify(await store.readJson(key)).matchAll(/[0-9a-f]{64}/g)) named.add(hash[0]);
  }
  const checkpoints = await store.list('checkpoints/');
  const finishedKeys = new Set(manifests.map(({ key }) => key.slice(key.lastIndexOf('/') + 1, -'.json'.length)));
  const { stale, live } = partCheckpoints(checkpoints, { beforeMs, finishedKeys });
  // A part may be a file among the objects: its hash stands in the checkpoint as plain letters.
  for (const { key } of live) {
    const bytes = await store.readRaw(key);
    for (const hash of Buffer.from(bytes ?? [])
      .toString('latin1')
      .matchAll(/[0-9a-f]{64}/g))
      named.add(hash[0]);
  }
  return {
    checkpoints: checkpoints.length,
    staleCheckpoints: stale,
    manifests: manifests.length,
    objects: objects.length,
    bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    orphans: objects.filter((object) => !named.has(object.key.slice('objects/'.length))),
  };
}

function print(verb: string, contents: StoreContents, old: StoreContents['orphans']): void {
  const bytes = old.reduce((sum, object) => sum + object.bytes, 0);
  if (values.json === true) {
    const { orphans, staleCheckpoints, ...counts } = contents;
    console.log(
      JSON.stringify({
        ...counts,
        orphans: orphans.length,
        staleCheckpoints: staleCheckpoints.length,
        [verb === 'clean' && values['dry-run'] !== true ? 'removed' : 'removable']: old.length,
        removableBytes: bytes,
      }),
    );
    return;
  }
  console.log(`${contents.manifests} step results, ${contents.objects} objects, ${(contents.bytes / 1024 ** 2).toFixed(1)} MiB`);
  const done = verb === 'clean' && values['dry-run'] !== true ? 'removed' : 'could be removed by ares cache clean';
  console.log(
    `${contents.orphans.length} objects that no result names, ${contents.staleCheckpoints.length} checkpoint objects that are over; ${old.length} of them (${(bytes / 1024 ** 2).toFixed(1)} MiB) ${done}`,
  );
}
