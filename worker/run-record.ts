/** Records of ended runs, and the manifests that they name, read back with their hashes checked. */
import { z } from 'zod';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import type { ArtifactRef, Manifest } from '../pipeline/artifacts.js';
import { stepResultSchema } from '../pipeline/artifacts.js';
import { buildInfoSchema } from '../pipeline/build-info.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { PipelineError } from '../pipeline/errors.js';
import { runPlanSchema } from '../pipeline/plan.js';

/** What lineage and verification need of `runs/<workflow id>/index.json`; it may hold more. */
const recordSchema = z.object({
  workflowId: z.string(),
  runId: z.string(),
  planHash: z.string(),
  version: z.string().nullable(),
  build: buildInfoSchema.nullable().default(null),
  status: z.object({
    state: z.string(),
    plan: runPlanSchema,
    steps: z.array(
      z.object({
        id: z.string(),
        state: z.string(),
        result: stepResultSchema.loose().nullable(),
        /** An operator supplied the result in place of a computation. */
        supplied: z.boolean().default(false),
      }),
    ),
  }),
});
/** The record of a run that has ended. */
export type StoredRun = z.infer<typeof recordSchema>;

/** The record of a run. @throws PipelineError MissingArtifact when there is none; IntegrityError when it is damaged */
export async function readRunRecord(store: ObjectStore, workflowId: string): Promise<StoredRun> {
  const key = `runs/${workflowId}/index.json`;
  const value = await store.readJson(key);
  if (value === null)
    throw new PipelineError(
      'MissingArtifact',
      `${store.url}/${key} is not there: no run ${workflowId} has ended in this store (a run is recorded when it ends)`,
    );
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new PipelineError('IntegrityError', `${store.url}/${key} is no record of a run: ${problems.join('; ')}`);
}

/** Ids of all recorded runs. */
export async function listRuns(store: ObjectStore): Promise<readonly string[]> {
  const found = await store.list('runs/');
  return found.flatMap(({ key }) => /^runs\/(.+)\/index\.json$/.exec(key)?.[1] ?? []);
}

/** The key of a step's result in a run, null where the run has none. */
export function keyInRun(run: StoredRun, step: string): string | null {
  return run.status.steps.find((candidate) => candidate.id === step)?.result?.key ?? null;
}

/**
 * A manifest whose key is the hash of its parts.
 * @throws PipelineError MissingArtifact when it is gone; IntegrityError when it is damaged or its parts were changed
 */
export async function readCheckedManifest(store: ObjectStore, step: string, key: string): Promise<Manifest> {
  const manifest = await store.readManifest(step, key);
  const uri = store.manifestUri(step, key);
  if (manifest === null) throw new PipelineError('MissingArtifact', `manifest ${uri} of step ${step} is gone`);
  const found = sha256Hex(canonicalJson(manifest.keyParts));
  if (found !== key) throw new PipelineError('IntegrityError', `manifest ${uri}: its key parts hash to ${found}, not to its key`);
  return manifest;
}

/** Manifests of all steps that a run has results of, by step. @throws PipelineError as readCheckedManifest */
export async function readRunManifests(store: ObjectStore, run: StoredRun): Promise<Map<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const { id } of run.status.steps) {
    const key = keyInRun(run, id);
    if (key !== null) manifests.set(id, await readCheckedManifest(store, id, key));
  }
  return manifests;
}

/** The hash of input artifacts as it stands in a step's key. */
export function inputsHash(inputs: Readonly<Record<string, readonly ArtifactRef[]>>): string {
  const names = Object.entries(inputs)
    .flatMap(([step, refs]) => refs.map((ref) => [`${step}/${ref.name}`, ref.sha256] as const))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex(canonicalJson(names));
}
