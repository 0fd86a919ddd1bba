/** What a lineage is asked of, found in the store: the run it belongs to, the artifacts that hold it, and its own facts. */
import { makeRegistry } from '../adapters/registry/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import type { ArtifactRef, Manifest } from '../pipeline/artifacts.js';
import { PipelineError } from '../pipeline/errors.js';
import type { LineageTarget } from '../pipeline/lineage-target.js';
import type { Report } from '../pipeline/report.js';
import { STEPS } from '../pipeline/steps/index.js';
import { parseSource } from '../activities/report-artifacts.js';
import type { FoundSubject } from './found-subject.js';
import { readProducer } from './lineage-chain.js';
import { predictionSubject } from './lineage-prediction.js';
import type { StoredRun } from './run-record.js';
import { keyInRun, listRuns, readCheckedManifest, readRunRecord } from './run-record.js';

/** Manifests read at once while searching. */
const READS_AT_ONCE = 16;

/**
 * The subject of a target.
 * @param runId the run to look in, where the target names none
 * @throws PipelineError MissingArtifact when nothing in the store is so named; IntegrityError
 */
export async function findSubject(store: ObjectStore, target: LineageTarget, runId: string | null): Promise<FoundSubject> {
  switch (target.kind) {
    case 'run':
      return runSubject(await readRunRecord(store, target.run));
    case 'hash':
      return byHash(store, { sha256: target.sha256, steps: STEPS.map((step) => step.id), runId });
    case 'artifact': {
      const run = target.run ?? runId;
      if (run !== null) return artifactSubject(await readRunRecord(store, run), await namedArtifact(store, run, target));
      if (target.sha256 === null) throw new PipelineError('InvalidSpec', `${target.step}/${target.name}: expected RUN:STEP/NAME or STEP/NAME@SHA256, or --run`);
      return byHash(store, { sha256: target.sha256, steps: [target.step], runId });
    }
    case 'figure':
      return figureSubject(store, await readRunRecord(store, target.run), target.figure);
    case 'prediction':
      return predictionSubject(store, await readRunRecord(store, target.run), target.timeMs);
    case 'version':
      return versionSubject(store, target);
  }
}

function runSubject(run: StoredRun): FoundSubject {
  const seconds = run.status.steps.reduce((sum, step) => sum + (step.result?.seconds ?? 0), 0);
  const done = run.status.steps.filter((step) => step.result !== null).map((step) => step.id);
  return {
    run,
    subject: { kind: 'run', facts: { steps: done.length, 'seconds of all steps': Math.round(seconds * 1000) / 1000 }, artifacts: [] },
    steps: done,
  };
}

async function namedArtifact(
  store: ObjectStore,
  run: string,
  target: Extract<LineageTarget, { kind: 'artifact' }>,
): Promise<{ step: string; ref: ArtifactRef }> {
  const key = keyInRun(await readRunRecord(store, run), target.step);
  if (key === null) throw new PipelineError('MissingArtifact', `run ${run} has no result of step ${target.step}`);
  const { artifacts } = await readCheckedManifest(store, target.step, key);
  const ref = artifacts.find((artifact) => artifact.name === target.name);
  if (ref === undefined)
    throw new PipelineError(
      'MissingArtifact',
      `step ${target.step} of run ${run} has no artifact ${target.name}; it has ${artifacts.map(({ name }) => name).join(', ')}`,
    );
  if (target.sha256 !== null && target.sha256 !== ref.sha256)
    throw new PipelineError('MissingArtifact', `artifact ${target.step}/${target.name} of run ${run} has sha256 ${ref.sha256}, not ${target.sha256}`);
  return { step: target.step, ref };
}

function artifactSubject(run: StoredRun, { step, ref }: { readonly step: string; readonly ref: ArtifactRef }): FoundSubject {
  const { kind, schema, bytes, rows } = ref;
  return {
    run,
    subject: {
      kind: 'artifact',
      facts: {},
      artifacts: [{ step, role: 'artifact', ref, facts: { kind, schema, bytes, ...(rows === undefined ? {} : { rows }) } }],
    },
    steps: [step],
  };
}

/** The step result that holds a hash, and a recorded run that used that result. */
async function byHash(
  store: ObjectStore,
  of: { readonly sha256: string; readonly steps: readonly string[]; readonly runId: string | null },
): Promise<FoundSubject> {
  const manifests = of.runId === null ? await searchManifests(store, of) : await manifestsOfRun(store, await readRunRecord(store, of.runId), of.steps);
  const holding = manifests.filter((manifest) => manifest.unit === null && manifest.artifacts.some((artifact) => artifact.sha256 === of.sha256));
  for (const manifest of holding) {
    const run = of.runId === null ? await runOf(store, manifest) : await readRunRecord(store, of.runId);
    const ref = manifest.artifacts.find((artifact) => artifact.sha256 === of.sha256);
    if (run !== null && ref !== undefined) return artifactSubject(run, { step: manifest.step, ref });
  }
  const where = of.runId === null ? `of ${store.url}` : `of run ${of.runId}`;
  throw new PipelineError(
    'MissingArtifact',
    holding.length === 0
      ? `no manifest ${where} names an object with sha256 ${of.sha256}`
      : `${holding.length} results hold sha256 ${of.sha256}, but no recorded run used one of them`,
  );
}

async function searchManifests(store: ObjectStore, of: { readonly steps: readonly string[] }): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for (const step of of.steps) {
    const keys = (await store.list(`manifests/${step}/`)).flatMap(({ key }) => /([0-9a-f]{64})\.json$/.exec(key)?.[1] ?? []);
    for (let from = 0; from < keys.length; from += READS_AT_ONCE)
      found.push(...(await Promise.all(keys.slice(from, from + READS_AT_ONCE).map(async (key) => readCheckedManifest(store, step, key)))));
  }
  return found;
}

async function manifestsOfRun(store: ObjectStore, run: StoredRun, steps: readonly string[]): Promise<Manifest[]> {
  const keys = steps.map((step) => [step, keyInRun(run, step)] as const);
  return Promise.all(keys.flatMap(([step, key]) => (key === null ? [] : [readCheckedManifest(store, step, key)])));
}

/** The run that made a result, else any recorded run that took it from the cache. */
async function runOf(store: ObjectStore, manifest: Manifest): Promise<StoredRun | null> {
  const maker = (await readProducer(store, manifest))?.workflowId;
  const others = await listRuns(store);
  const ids = maker !== undefined && others.includes(maker) ? [maker, ...others.filter((id) => id !== maker)] : others;
  for (const id of ids) {
    const run = await readRunRecord(store, id);
    if (keyInRun(run, manifest.step) === manifest.key) return run;
  }
  return null;
}

async function figureSubject(store: ObjectStore, run: StoredRun, figure: string): Promise<FoundSubject> {
  const { ref: reportRef } = await namedArtifact(store, run.workflowId, {
    kind: 'artifact',
    run: run.workflowId,
    step: 'saving',
    name: 'report.json',
    sha256: null,
  });
  const report = JSON.parse(new TextDecoder().decode(await store.getBytes(reportRef))) as Report;
  const found = report.figures.filter(({ section, name }) => `${section}/${name}` === figure || name === figure);
  if (found.length === 0)
    throw new PipelineError(
      'MissingArtifact',
      `the report of run ${run.workflowId} has no figure ${figure}; its figures are named SECTION/NAME, as in report.json`,
    );
  const sources = [...new Set(found.map(({ source }) => source))];
  const artifacts = await Promise.all(
    sources.flatMap((source) => {
      const parsed = parseSource(source);
      return parsed === null ? [] : [namedArtifact(store, run.workflowId, { kind: 'artifact', run: run.workflowId, ...parsed })];
    }),
  );
  return {
    run,
    subject: {
      kind: 'figure',
      facts: Object.fromEntries(found.map((one) => [`${one.section}/${one.name}`, `${one.value ?? 'not computable'} ${one.unit} (read from ${one.source})`])),
      artifacts: [
        ...artifacts.map(({ step, ref }) => ({ step, role: 'read from', ref, facts: {} })),
        { step: 'saving', role: 'printed in', ref: reportRef, facts: {} },
      ],
    },
    steps: artifacts.length === 0 ? ['saving'] : artifacts.map(({ step }) => step),
  };
}

async function versionSubject(store: ObjectStore, target: Extract<LineageTarget, { kind: 'version' }>): Promise<FoundSubject> {
  const registry = makeRegistry(store);
  const entry = await registry.find(target.symbol, target.version);
  if (entry === null) {
    const versions = (await registry.list(target.symbol)).map(({ version }) => version);
    throw new PipelineError('MissingArtifact', `the registry has no version ${target.version} of ${target.symbol}; it has ${versions.join(', ') || 'none'}`);
  }
  const found = await byHash(store, { sha256: entry.bundleSha256, steps: ['saving'], runId: null });
  return { ...found, subject: { ...found.subject, kind: 'version', facts: { symbol: entry.symbol, version: entry.version, bundle: entry.bundleSha256 } } };
}
