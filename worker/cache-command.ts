/**
 * `ares cache ls|clean`: what the store holds, and the removal of objects that no manifest names and of checkpoints that are over; what was
 * downloaded from an archive, and its removal down to the limit, or with --downloads altogether.
 */
import { parseArgs } from 'node:util';
import { downloadFolder, downloadLimit, listDownloads, trimDownloads } from '../adapters/archive/index.js';
import type { Download } from '../adapters/archive/index.js';
import { partCheckpoints } from '../adapters/checkpoints/index.js';
import { applyLocalProfile } from '../adapters/local-profile.js';
import type { ListedObject, ObjectStore } from '../adapters/object-store/index.js';
import { openStore } from './artifact-store.js';

const HOUR_MS = 3_600_000;
/** An object younger than this may belong to a step that has not committed its manifest yet. */
const DEFAULT_AGE_HOURS = 24;
/** As the workers do: another process may be reading what it used a moment ago. */
const DOWNLOAD_GRACE_MS = 600_000;

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

interface DownloadContents {
  readonly folder: string;
  readonly downloads: readonly Download[];
  /** Those that are removed, or would be. */
  readonly old: readonly Download[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, 'older-than-hours': { type: 'string' }, 'dry-run': { type: 'boolean' }, downloads: { type: 'boolean' } },
});
await main(positionals[0] ?? 'ls');

async function main(verb: string): Promise<void> {
  if (verb !== 'ls' && verb !== 'clean') {
    console.error(`expected ls or clean, found ${verb}`);
    process.exitCode = 2;
    return;
  }
  const ageMs = Number(values['older-than-hours'] ?? DEFAULT_AGE_HOURS) * HOUR_MS;
  if (!(ageMs >= 0)) {
    console.error(`--older-than-hours: expected a number of hours, found ${values['older-than-hours']}`);
    process.exitCode = 2;
    return;
  }
  applyLocalProfile(process.env);
  const isRemoving = verb === 'clean' && values['dry-run'] !== true;
  const downloads = await tidyDownloads(ageMs, isRemoving);
  const store = openStore(process.env);
  const beforeMs = Date.now() - ageMs;
  const contents = await readContents(store, beforeMs);
  const old = [...contents.orphans.filter((object) => object.modifiedMs <= beforeMs), ...contents.staleCheckpoints];
  if (isRemoving) {
    for (const object of old) await store.remove(object.key);
    // Parts of uploads that a killed worker left unfinished are no objects yet: they are swept by themselves.
    await store.sweepUploads(beforeMs);
  }
  print({ contents, old, downloads, isRemoving });
  store.close();
}

/** Fetched files go down to their limit, as they do while a worker fetches; with --downloads all that nobody has used for the given time. */
async function tidyDownloads(ageMs: number, isRemoving: boolean): Promise<DownloadContents> {
  const folder = downloadFolder(process.env);
  const downloads = await listDownloads(folder);
  const wanted =
    values.downloads === true
      ? { graceMs: Math.max(ageMs, DOWNLOAD_GRACE_MS), limitBytes: 0 }
      : { graceMs: DOWNLOAD_GRACE_MS, limitBytes: downloadLimit(process.env) };
  return { folder, downloads, old: await trimDownloads(folder, { ...wanted, isDryRun: !isRemoving }) };
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

interface Tidied {
  readonly contents: StoreContents;
  readonly old: StoreContents['orphans'];
  readonly downloads: DownloadContents;
  readonly isRemoving: boolean;
}

function print({ contents, old, downloads, isRemoving }: Tidied): void {
  const fetchedBytes = sumBytes(downloads.downloads);
  if (values.json === true) {
    const { orphans, staleCheckpoints, ...counts } = contents;
    const removed = isRemoving ? 'removed' : 'removable';
    console.log(
      JSON.stringify({
        ...counts,
        orphans: orphans.length,
        staleCheckpoints: staleCheckpoints.length,
        [removed]: old.length,
        removableBytes: sumBytes(old),
        downloads: { files: downloads.downloads.length, bytes: fetchedBytes, [removed]: downloads.old.length, removableBytes: sumBytes(downloads.old) },
      }),
    );
    return;
  }
  const done = isRemoving ? 'removed' : 'could be removed by ares cache clean';
  const doneToDownloads = values.downloads === true && !isRemoving ? `${done} --downloads` : done;
  console.log(`${contents.manifests} step results, ${contents.objects} objects, ${mib(contents.bytes)} MiB`);
  console.log(
    `${contents.orphans.length} objects that no result names, ${contents.staleCheckpoints.length} checkpoint objects that are over; ${old.length} of them (${mib(sumBytes(old))} MiB) ${done}`,
  );
  console.log(
    `${downloads.downloads.length} downloads, ${mib(fetchedBytes)} MiB, in ${downloads.folder}; ${downloads.old.length} of them (${mib(sumBytes(downloads.old))} MiB) ${doneToDownloads}`,
  );
}

function sumBytes(things: readonly { readonly bytes: number }[]): number {
  return things.reduce((sum, { bytes }) => sum + bytes, 0);
}

function mib(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}
