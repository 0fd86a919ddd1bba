/** What a run left in its store, in a form that two stores can be compared in: nothing lost, nothing doubled, nothing left over. */
import type { ObjectStore } from '../../adapters/object-store/index.js';
import type { Manifest } from '../../pipeline/artifacts.js';

export interface StoreContents {
  /** What each manifest says, addresses left out, by step and key. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Every artifact's sha256. */
  readonly objects: ReadonlySet<string>;
  /** sha256 of each registered bundle, one entry a version. */
  readonly registered: readonly string[];
  /** Openings of test segments. */
  readonly openings: readonly string[];
  /** In-step checkpoints that are still there. */
  readonly checkpoints: readonly string[];
}

/** Reads all of it from the server, past every cache. */
export async function readContents(store: ObjectStore): Promise<StoreContents> {
  const keysBelow = async (prefix: string): Promise<string[]> => (await store.list(prefix)).map(({ key }) => key);
  const manifests = new Map<string, string>();
  for (const key of await keysBelow('manifests/')) {
    const [, step = '', name = ''] = key.split('/');
    const manifest = (await store.readManifest(step, name.replace('.json', ''))) as Manifest;
    manifests.set(
      `${step}/${manifest.unit ?? ''} ${manifest.key}`,
      JSON.stringify({ ...manifest, artifacts: manifest.artifacts.map(({ uri: _uri, ...rest }) => rest) }),
    );
  }
  const registered = (await Promise.all((await keysBelow('registry/')).map((key) => store.readJson(key)))) as { bundleSha256: string }[];
  return {
    manifests,
    objects: new Set((await keysBelow('objects/')).map((key) => key.slice('objects/'.length))),
    registered: registered.map((entry) => entry.bundleSha256),
    openings: await keysBelow('ledger/'),
    checkpoints: await keysBelow('checkpoints/'),
  };
}

/** Everything that two stores differ in, a sentence each; empty when the second is what it should be. */
export function compareContents(expected: StoreContents, found: StoreContents): string[] {
  const problems: string[] = [];
  for (const [name, text] of expected.manifests) {
    const other = found.manifests.get(name);
    if (other === undefined) problems.push(`lost manifest ${name}`);
    else if (other !== text) problems.push(`manifest ${name} names other artifacts than the undisturbed run`);
  }
  for (const name of found.manifests.keys()) if (!expected.manifests.has(name)) problems.push(`doubled manifest ${name}`);
  for (const sha256 of expected.objects) if (!found.objects.has(sha256)) problems.push(`lost object ${sha256}`);
  for (const sha256 of found.objects) if (!expected.objects.has(sha256)) problems.push(`object ${sha256} belongs to no result`);
  if (found.registered.join() !== expected.registered.join())
    problems.push(`registered bundles ${found.registered.join() || 'none'} instead of ${expected.registered.join()}`);
  if (found.openings.join() !== expected.openings.join())
    problems.push(`${found.openings.length} openings of test segments instead of ${expected.openings.length}`);
  problems.push(...found.checkpoints.map((key) => `checkpoint ${key} was left behind`));
  return problems;
}
