/** The steps behind a result, from a run's record and the manifests that it names, each link checked. */
import type { ObjectStore } from '../adapters/object-store/index.js';
import type { Manifest } from '../pipeline/artifacts.js';
import { producerKey, producerSchema } from '../pipeline/build-info.js';
import type { Producer } from '../pipeline/build-info.js';
import type { StepLineage } from '../pipeline/lineage.js';
import { implausibleWork } from '../pipeline/implausible-work.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { stepById, STEPS } from '../pipeline/steps/index.js';
import type { StoredRun } from './run-record.js';
import { inputsHash, keyInRun, readCheckedManifest } from './run-record.js';

export interface Chain {
  /** In table order. */
  readonly steps: readonly StepLineage[];
  /** Manifests by step. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** What is missing or does not match. */
  readonly problems: readonly string[];
}

/** The given steps of a run and all that they rest on. */
export async function readChain(store: ObjectStore, run: StoredRun, wanted: readonly string[]): Promise<Chain> {
  const ids = closureOf(wanted);
  const manifests = new Map<string, Manifest>();
  const problems: string[] = [];
  const steps: StepLineage[] = [];
  for (const id of ids) {
    const manifest = await manifestOf(store, run, { id, problems });
    if (manifest === null) continue;
    manifests.set(id, manifest);
    problems.push(...(await checkLinks(store, manifest, manifests)));
    steps.push(await stepLineage(store, run, manifest));
  }
  return { steps, manifests, problems };
}

function closureOf(wanted: readonly string[]): readonly string[] {
  const needed = new Set<string>();
  const add = (id: string): void => {
    if (needed.has(id)) return;
    needed.add(id);
    const definition: StepDefinition = stepById(id);
    definition.needs.forEach(add);
  };
  wanted.forEach(add);
  return STEPS.map((step) => step.id).filter((id) => needed.has(id));
}

async function manifestOf(store: ObjectStore, run: StoredRun, of: { readonly id: string; readonly problems: string[] }): Promise<Manifest | null> {
  const key = keyInRun(run, of.id);
  if (key === null) {
    of.problems.push(`run ${run.workflowId} has no result of step ${of.id}`);
    return null;
  }
  try {
    return await readCheckedManifest(store, of.id, key);
  } catch (error) {
    // A broken link is a finding of its own: the rest of the chain is still shown. The command ends in failure.
    if (!(error instanceof Error) || !['MissingArtifact', 'IntegrityError'].includes(error.name)) throw error;
    of.problems.push(error.message);
    return null;
  }
}

/** Are its objects there, and are its inputs' artifacts those that its key was made of? */
async function checkLinks(store: ObjectStore, manifest: Manifest, before: ReadonlyMap<string, Manifest>): Promise<string[]> {
  const problems: string[] = [];
  const missing = new Set(await store.missingArtifacts(manifest));
  for (const { name, uri, sha256, bytes } of manifest.artifacts)
    if (missing.has(name)) problems.push(`object ${uri} of ${manifest.step}/${name} (sha256 ${sha256}, ${bytes} bytes) is gone or has another size`);
  const definition: StepDefinition = stepById(manifest.step);
  const inputs = definition.needs.map((id) => [id, before.get(id)?.artifacts] as const);
  if (inputs.some(([, artifacts]) => artifacts === undefined)) return problems;
  const found = inputsHash(Object.fromEntries(inputs.map(([id, artifacts]) => [id, artifacts ?? []])));
  if (found !== manifest.keyParts['inputs'])
    problems.push(
      `the artifacts of ${definition.needs.join(', ')} hash to ${found}, but step ${manifest.step} was made from ${String(manifest.keyParts['inputs'])}`,
    );
  return problems;
}

async function stepLineage(store: ObjectStore, run: StoredRun, manifest: Manifest): Promise<StepLineage> {
  const definition: StepDefinition = stepById(manifest.step);
  const result = run.status.steps.find((step) => step.id === manifest.step)?.result;
  const times = { cached: result?.cached ?? true, seconds: result?.seconds ?? 0, rowsIn: manifest.rowsIn, rowsOut: manifest.rowsOut };
  return {
    step: manifest.step,
    key: manifest.key,
    manifestUri: store.manifestUri(manifest.step, manifest.key),
    keyParts: manifest.keyParts,
    inputs: definition.needs.map((step) => ({ step, key: keyInRun(run, step) ?? '' })),
    units: manifest.units,
    artifacts: manifest.artifacts,
    ...times,
    implausible: implausibleWork({ ...times, artifactCount: manifest.artifacts.length }),
    producer: await readProducer(store, manifest),
  };
}

/** Who committed a manifest; null when no record was left (made before producers were recorded, or cut off between the two writes). */
export async function readProducer(store: ObjectStore, manifest: Pick<Manifest, 'step' | 'key'>): Promise<Producer | null> {
  const value = await store.readJson(producerKey(manifest.step, manifest.key));
  return value === null ? null : producerSchema.parse(value);
}
