/**
 * What every step's activity does around the step's own work, written once for all sixteen: key, look-up, dispatch of
 * units to compute children, commit. No Temporal import: it runs in tests as it stands.
 */
import { rm } from 'node:fs/promises';
import type { AbortSignalLike, ArtifactStore, ComputeRunner, StagedArtifact } from '../pipeline/artifact-store.js';
import type { ArtifactRef, Manifest, StepResult } from '../pipeline/artifacts.js';
import type { CheckpointPlan, CheckpointState } from '../pipeline/checkpoint.js';
import { PipelineError } from '../pipeline/errors.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StepRequest } from '../pipeline/run-status.js';
import type { Execution } from '../pipeline/step-context.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import type { StepId } from '../pipeline/steps/index.js';
import { stepById } from '../pipeline/steps/index.js';
import type { SideLog } from './side-log.js';
import { attachFiles } from './source-listing.js';
import { checkSame } from './same-result.js';
import { stepKey } from './step-key.js';
import type { StepVersions } from './step-key.js';

/** Most artifacts a result carries through workflow history; the manifest has all of them. */
const RESULT_ARTIFACTS = 100;

export interface StepRunnerOptions {
  readonly store: ArtifactStore;
  readonly compute: ComputeRunner;
  readonly versions: StepVersions;
  readonly sideLog: SideLog;
  readonly executionFor: (plan: RunPlan) => Execution;
  /** A fresh staging folder for one task. */
  readonly stagingFolder: () => Promise<string>;
}

export interface StepCall {
  readonly request: StepRequest;
  /** Of the workflow execution: its attempts may share parts even where it computes a step again. */
  readonly runId: string;
  readonly signal: AbortSignalLike;
  readonly onProgress: (progress: StepProgress) => void;
}

/** What a heartbeat carries. */
export interface StepProgress {
  readonly fraction: number;
  readonly message: string;
  readonly checkpoint?: CheckpointState;
}

/** A task for a compute child: everything it needs, as JSON. */
export interface ComputeJob {
  readonly plan: RunPlan;
  readonly step: StepId;
  readonly unit: string | null;
  readonly units: readonly string[];
  readonly inputs: Readonly<Record<string, readonly ArtifactRef[]>>;
  readonly stagingFolder: string;
  readonly execution: Execution;
  readonly checkpoint: CheckpointPlan;
}

/** What a compute child answers: files staged on local disk, not yet committed, or a named failure. */
export type ComputeAnswer =
  | {
      readonly staged: readonly StagedArtifact[];
      readonly rowsIn: number;
      readonly rowsOut: number;
      readonly featureCacheHits: number;
      /** What lies in the store of the task's checkpoint, to be removed once the result is committed. */
      readonly checkpoint: CheckpointState | null;
    }
  | { readonly failure: { readonly name: string; readonly message: string; readonly stack: string; readonly retryAfterMs: number | null } };

export interface StepRunner {
  /** The step's (or one unit's) result, from the store where its key is known, else computed and committed. */
  run(call: StepCall): Promise<StepResult>;
  /** Whether the store holds it, without computing. */
  lookUp(request: StepRequest): Promise<{ cached: boolean; key: string; reason: string }>;
  /** A stored manifest as a result that nothing was computed for. */
  resultOf(manifest: Manifest, reason: string): StepResult;
}

interface Prepared {
  readonly definition: StepDefinition;
  readonly inputs: Readonly<Record<string, readonly ArtifactRef[]>>;
  readonly keyOf: (unit: string | null) => { key: string; parts: Record<string, unknown> };
}

/** A runner over a store and a pool of compute children. */
export function makeStepRunner(options: StepRunnerOptions): StepRunner {
  return {
    run: async (call) => runStep(call, options),
    resultOf: (manifest, reason) =>
      toResult(manifest, { options, cached: true, reason, started: performance.now(), unitsComputed: 0, unitsCached: Object.keys(manifest.units).length }),
    lookUp: async (asked) => {
      const request = { ...asked, plan: await attachFiles(asked.plan, options.store) };
      const prepared = await prepare(request, options);
      const { key } = prepared.keyOf(request.unit);
      const found = await findManifest(request.step, key, options.store);
      return { cached: found.manifest !== null, key, reason: found.reason };
    },
  };
}

async function runStep(asked: StepCall, options: StepRunnerOptions): Promise<StepResult> {
  const request = { ...asked.request, plan: await attachFiles(asked.request.plan, options.store) };
  const call = { ...asked, request };
  const started = performance.now();
  const prepared = await prepare(request, options);
  const { key } = prepared.keyOf(request.unit);
  let reason = 'the spec asks to compute it again';
  if (request.cache === 'use') {
    const found = await findManifest(request.step, key, options.store);
    if (found.manifest !== null)
      return toResult(found.manifest, {
        options,
        cached: true,
        reason: found.reason,
        started,
        unitsComputed: 0,
        unitsCached: Object.keys(found.manifest.units).length,
      });
    reason = found.reason;
  }
  await checkInputs(prepared.inputs, options.store);
  const units = request.unit === null ? (prepared.definition.units?.(request.plan) ?? []) : [];
  const unitManifests = await runUnits(units, { call, prepared, options });
  const manifest = await computeAndCommit(
    request.unit,
    unitManifests.map((unit) => unit.manifest),
    { call, prepared, options },
  );
  const computed = unitManifests.filter((unit) => unit.computed).length;
  return toResult(manifest, { options, cached: false, reason, started, unitsComputed: computed, unitsCached: units.length - computed });
}

async function prepare(request: StepRequest, options: StepRunnerOptions): Promise<Prepared> {
  const definition: StepDefinition = stepById(request.step);
  const inputs: Record<string, readonly ArtifactRef[]> = {};
  for (const step of definition.needs) {
    const key = request.inputs[step] ?? '';
    const manifest = await options.store.readManifest(step, key);
    if (manifest === null)
      throw new PipelineError('MissingArtifact', `step ${request.step} needs step ${step}, but its manifest ${options.store.manifestUri(step, key)} is gone`);
    inputs[step] = manifest.artifacts;
  }
  return { definition, inputs, keyOf: (unit) => stepKey({ definition, plan: request.plan, unit, inputs, versions: options.versions }) };
}

async function findManifest(step: string, key: string, store: ArtifactStore): Promise<{ manifest: Manifest | null; reason: string }> {
  const manifest = await store.readManifest(step, key);
  if (manifest === null) return { manifest, reason: 'no result has this key yet' };
  const missing = await store.missingObjects(manifest.artifacts);
  if (missing.length > 0) return { manifest: null, reason: `${missing.length} of its objects are gone from the store, first ${missing[0]?.uri}` };
  return { manifest, reason: 'same code, parameters and inputs' };
}

/** A step starts only when all it may read is there: a deleted object fails it here, by name, whatever a local cache holds. */
async function checkInputs(inputs: Prepared['inputs'], store: ArtifactStore): Promise<void> {
  for (const [step, refs] of Object.entries(inputs)) {
    const missing = await store.missingObjects(refs);
    if (missing.length > 0) {
      throw new PipelineError(
        'MissingArtifact',
        `artifact ${missing[0]?.name} of step ${step} is gone from the store (${missing[0]?.uri}; ${missing.length} in all); start the run again to compute it`,
      );
    }
  }
}

interface Work {
  readonly call: StepCall;
  readonly prepared: Prepared;
  readonly options: StepRunnerOptions;
}

async function runUnits(units: readonly string[], work: Work): Promise<{ manifest: Manifest; computed: boolean }[]> {
  const results: { manifest: Manifest; computed: boolean }[] = new Array(units.length);
  const width = work.call.request.plan.settings.parallel ? work.options.compute.size : 1;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < units.length; i = next++) {
      work.call.signal.throwIfAborted();
      results[i] = await runUnit(units[i] as string, work);
      work.call.onProgress({ fraction: next / (units.length + 1), message: `${units[i]} done` });
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, units.length) }, lane));
  return results;
}

async function runUnit(unit: string, work: Work): Promise<{ manifest: Manifest; computed: boolean }> {
  const { request } = work.call;
  if (request.cache !== 'refresh') {
    const found = await findManifest(request.step, work.prepared.keyOf(unit).key, work.options.store);
    if (found.manifest !== null) return { manifest: found.manifest, computed: false };
  }
  return { manifest: await computeAndCommit(unit, [], work), computed: true };
}

async function computeAndCommit(unit: string | null, unitManifests: readonly Manifest[], work: Work): Promise<Manifest> {
  const { call, prepared, options } = work;
  const { request } = call;
  const { key, parts } = prepared.keyOf(unit);
  const fromUnits = unitManifests.flatMap((manifest) => manifest.artifacts);
  const stagingFolder = await options.stagingFolder();
  const job: ComputeJob = {
    plan: request.plan,
    step: request.step,
    unit,
    units: prepared.definition.units?.(request.plan) ?? [],
    inputs: { ...prepared.inputs, [request.step]: fromUnits },
    stagingFolder,
    execution: options.executionFor(request.plan),
    checkpoint: checkpointPlan(call, key),
  };
  try {
    await options.sideLog.write({ event: 'start', step: request.step, unit, key });
    const answer = (await options.compute.run({
      method: 'computeStep',
      argument: job,
      stallMs: prepared.definition.stallMinutes * 60_000,
      recycleAboveMiB: job.execution.memoryLimitMiB,
      signal: call.signal,
      onProgress: call.onProgress,
    })) as ComputeAnswer;
    if ('failure' in answer) {
      const { name, message, stack, retryAfterMs } = answer.failure;
      throw Object.assign(new Error(message), { name, stack, retryAfterMs });
    }
    await options.sideLog.write({ event: 'computed', step: request.step, unit, key, featureCacheHits: answer.featureCacheHits });
    const artifacts = [...fromUnits, ...(await options.store.commitStaged(answer.staged))].sort((a, b) => (a.name < b.name ? -1 : 1));
    call.signal.throwIfAborted();
    // A fanned-out step read and wrote what its units did; combining only gathers it.
    const rows = unitManifests.length === 0 ? answer : sumRows(unitManifests);
    const units = Object.fromEntries(unitManifests.map((manifest) => [manifest.unit ?? '', manifest.key]));
    const manifest: Manifest = {
      schema: 'ares.manifest',
      step: request.step,
      unit,
      key,
      keyParts: parts,
      artifacts,
      units,
      rowsIn: rows.rowsIn,
      rowsOut: rows.rowsOut,
    };
    const winner = await options.store.commitManifest(manifest);
    checkSame(manifest, winner);
    if (answer.checkpoint !== null) for (const path of await options.store.list(job.checkpoint.prefix)) await options.store.remove(path);
    await options.sideLog.write({ event: 'done', step: request.step, unit, key });
    return winner;
  } finally {
    await rm(stagingFolder, { recursive: true, force: true });
  }
}

/** A step that is to be computed again takes parts of its own run alone: an earlier run's would make the repetition a look-up. */
function checkpointPlan({ request, runId }: StepCall, key: string): CheckpointPlan {
  const attempts = request.cache === 'use' ? 'shared' : runId;
  return { key, prefix: `checkpoints/${key}/${attempts}/`, everyMs: request.plan.spec.autoCheckpointMinutes * 60_000 };
}

function sumRows(manifests: readonly Manifest[]): Pick<Manifest, 'rowsIn' | 'rowsOut'> {
  const sum = (field: 'rowsIn' | 'rowsOut'): number => manifests.reduce((total, manifest) => total + manifest[field], 0);
  return { rowsIn: sum('rowsIn'), rowsOut: sum('rowsOut') };
}

function toResult(
  manifest: Manifest,
  about: { options: StepRunnerOptions; cached: boolean; reason: string; started: number; unitsComputed: number; unitsCached: number },
): StepResult {
  return {
    step: manifest.step,
    unit: manifest.unit,
    key: manifest.key,
    manifestUri: about.options.store.manifestUri(manifest.step, manifest.key),
    cached: about.cached,
    reason: about.reason,
    seconds: Math.round(performance.now() - about.started) / 1000,
    rowsIn: manifest.rowsIn,
    rowsOut: manifest.rowsOut,
    unitsComputed: about.unitsComputed,
    unitsCached: about.unitsCached,
    artifacts: manifest.artifacts.length <= RESULT_ARTIFACTS ? manifest.artifacts : manifest.artifacts.filter((artifact) => !artifact.name.includes('/')),
    artifactCount: manifest.artifacts.length,
  };
}
