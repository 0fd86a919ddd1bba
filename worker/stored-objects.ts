/** What lies in S3, past every cache: the objects of a run and its source files hashed anew. */
import { existsSync } from 'node:fs';
import { hashFile } from '../adapters/object-store/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import type { Manifest } from '../pipeline/artifacts.js';
import type { RunPlan } from '../pipeline/plan.js';
import { plannedFiles } from '../pipeline/plan.js';

const HASHES_AT_ONCE = 8;

export interface ObjectCheck {
  /** Objects hashed. */
  readonly objects: number;
  /** In words, in step order. */
  readonly damaged: readonly string[];
  /** Hash of what lies in the store, by recorded hash, where they differ; null = gone. */
  readonly found: ReadonlyMap<string, string | null>;
}

/** Hashes every object that the manifests name, each once. */
export async function checkObjects(store: ObjectStore, manifests: readonly Manifest[], onProgress: (done: number, of: number) => void): Promise<ObjectCheck> {
  const objects = new Map(manifests.flatMap(({ step, artifacts }) => artifacts.map((ref) => [ref.sha256, { step, ref }] as const)));
  const queue = [...objects.values()];
  const found = new Map<string, string | null>();
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const stored = await store.hashStored(next.ref.uri);
      if (stored?.sha256 !== next.ref.sha256) found.set(next.ref.sha256, stored?.sha256 ?? null);
      onProgress(++done, objects.size);
    }
  };
  await Promise.all(Array.from({ length: HASHES_AT_ONCE }, work));
  const damaged = [...objects.values()].flatMap(({ step, ref }) => {
    const hash = found.get(ref.sha256);
    if (hash === undefined) return [];
    const what = `object ${ref.uri} of ${step}/${ref.name}`;
    return hash === null ? `${what} is gone` : `${what} has sha256 ${hash} in the store, its manifest says ${ref.sha256}`;
  });
  return { objects: objects.size, damaged, found };
}

/**
 * Source files of a plan that are gone or have other bytes than when the run was planned. Files of an exchange's archive are not
 * ours to keep: they are fetched again where needed, and checked against the plan's hash whenever they are read.
 */
export async function checkSources(plan: RunPlan): Promise<readonly string[]> {
  const problems: string[] = [];
  if (plan.source.kind === 'archive') return problems;
  for (const file of plannedFiles(plan)) {
    if (!existsSync(file.path)) {
      problems.push(`source file ${file.path} (sha256 ${file.sha256}) is gone`);
      continue;
    }
    const { sha256 } = await hashFile(file.path);
    if (sha256 !== file.sha256) problems.push(`source file ${file.path} has sha256 ${sha256}, the run read ${file.sha256}`);
  }
  return problems;
}
