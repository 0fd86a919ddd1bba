/** The activities around the steps: plan a run, look a step up, check what an operator supplies, record a run. */
import type { AbortSignalLike, ArtifactStore, ComputeRunner } from '../pipeline/artifact-store.js';
import type { ArtifactRef, StepResult } from '../pipeline/artifacts.js';
import type { BuildInfo } from '../pipeline/build-info.js';
import type { RunSpec } from '../pipeline/config.js';
import { parseRunSpec } from '../pipeline/config.js';
import { PipelineError } from '../pipeline/errors.js';
import type { RunPlan, SegmentCuts } from '../pipeline/plan.js';
import { embargoOf, planSegments, resolveSettings } from '../pipeline/plan.js';
import { TIMEFRAMES } from '../pipeline/config.js';
import type { GpuOffer } from '../pipeline/resolve-device.js';
import { resolveDevice } from '../pipeline/resolve-device.js';
import type { RunRecord, StepRequest } from '../pipeline/run-status.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { SuppliedArtifacts, SuppliedRequest } from './check-supplied.js';
import { readSupplied, suppliedReason } from './check-supplied.js';
import { planHash, planModelKey, testDataKey } from './plan-keys.js';
import type { StepRunner } from './step-runner.js';
import { attachFiles, detachFiles } from './source-listing.js';

/** Planning reads a folder's files through once: minutes for hundreds of them, little memory. */
const PLAN_STALL_MS = 600_000;
const PLAN_MEMORY_MIB = 2048;

export interface ResolvedPlan {
  readonly plan: RunPlan;
  readonly planHash: string;
  /** True when this worker has a channel for notices; absent = none. */
  readonly notifies?: boolean;
}

export interface PlanActivities {
  /** The plan of a spec: dates, preset values, source, champion and device fixed. */
  resolvePlan(spec: RunSpec): Promise<ResolvedPlan>;
  /** The hash of a plan that an operator has changed. */
  hashPlan(plan: RunPlan): Promise<{ planHash: string }>;
  /** An operator's manifest as the step's result, once all of it has been read and checked. */
  checkSupplied(request: SuppliedRequest): Promise<StepResult>;
  lookUpStep(request: StepRequest): Promise<{ cached: boolean; key: string; reason: string }>;
  /** Writes `runs/<workflow id>/index.json`; returns the bundle's registry version. */
  recordRun(record: RunRecord): Promise<{ version: string | null }>;
}

export interface PlanActivitiesOptions {
  readonly store: ArtifactStore;
  readonly compute: ComputeRunner;
  readonly runner: StepRunner;
  /** The worker's build, written into the run's record. */
  readonly build: BuildInfo;
  /** The GPU that workers of the queue ares-gpu offer. */
  readonly gpu: GpuOffer;
  /** True when the worker has a channel for notices (webhook or mail). */
  readonly notifies?: boolean;
  /** The running activity's abort signal. */
  readonly signal: () => AbortSignalLike;
}

/** A source as a compute child resolves it: the window, and the files that hold it. */
export type ResolvedSource = Pick<RunPlan, 'window' | 'source'>;

/** Plan activities over a store. */
export function makePlanActivities(options: PlanActivitiesOptions): PlanActivities {
  return {
    resolvePlan: async (spec) => resolvePlan(spec, options),
    hashPlan: async (plan) => ({ planHash: planHash(await attachFiles(plan, options.store)) }),
    checkSupplied: async (request) => checkSupplied({ ...request, plan: await attachFiles(request.plan, options.store) }, options),
    lookUpStep: async (request) => options.runner.lookUp(request),
    recordRun: async (record) => recordRun(record, options),
  };
}

async function resolvePlan(input: RunSpec, options: PlanActivitiesOptions): Promise<ResolvedPlan> {
  const parsed = parseRunSpec(input);
  if (!parsed.ok) throw new PipelineError('InvalidSpec', parsed.problems.join('; '));
  const spec = parsed.spec;
  checkRefreshNames(spec);
  const settings = resolveSettings(spec);
  const device = resolveDevice({ ...spec, device: settings.device }, options.gpu);
  const { window, source } = await resolveSourceInChild(spec, options);
  const embargoMs = embargoOf(spec, settings.timeframe);
  const segments = planSegmentsOrExplain(window, { shares: spec.segments, periodMs: TIMEFRAMES[settings.timeframe], embargoMs });
  const champion = spec.champion === undefined ? null : await findChampion(spec.champion, spec.symbol, options.store);
  const draft: RunPlan = {
    schema: 'ares.plan',
    spec,
    settings: { ...settings, ...device },
    window,
    segments,
    embargoMs,
    source,
    champion,
    priorTestOpenings: 0,
  };
  const plan: RunPlan = { ...draft, priorTestOpenings: await countOpenings(draft, options.store) };
  return { plan: await detachFiles(plan, options.store), planHash: planHash(plan), notifies: options.notifies ?? false };
}

async function checkSupplied(request: SuppliedRequest, options: PlanActivitiesOptions): Promise<StepResult> {
  const started = performance.now();
  const manifest = await readSupplied(request, options.store);
  const job: SuppliedArtifacts = { step: request.step, artifacts: manifest.artifacts, window: request.plan.window };
  await computeInChild('checkSupplied', job, options);
  return { ...options.runner.resultOf(manifest, suppliedReason(manifest, request)), seconds: Math.round(performance.now() - started) / 1000 };
}

function checkRefreshNames(spec: RunSpec): void {
  for (const step of spec.cache.refresh) {
    if (!STEPS.some((known) => known.id === step))
      throw new PipelineError(
        'InvalidSpec',
        `cache.refresh: unknown step ${JSON.stringify(step)}; expected one of ${STEPS.map((known) => known.id).join(', ')}`,
      );
  }
}

async function resolveSourceInChild(spec: RunSpec, options: PlanActivitiesOptions): Promise<ResolvedSource> {
  const answer = await computeInChild<{ resolved: ResolvedSource }>('resolveSource', spec, options);
  return answer.resolved;
}

/** What a child's method answers. @throws Error with the name of the child's failure */
async function computeInChild<T>(method: string, argument: unknown, options: PlanActivitiesOptions): Promise<T> {
  const answer = (await options.compute.run({
    method,
    argument,
    stallMs: PLAN_STALL_MS,
    recycleAboveMiB: PLAN_MEMORY_MIB,
    signal: options.signal(),
    onProgress: () => undefined,
  })) as T | { failure: { name: string; message: string } };
  if (typeof answer === 'object' && answer !== null && 'failure' in answer)
    throw Object.assign(new Error(answer.failure.message), { name: answer.failure.name });
  return answer;
}

function planSegmentsOrExplain(window: RunPlan['window'], cuts: SegmentCuts): RunPlan['segments'] {
  try {
    return planSegments(window, cuts);
  } catch (error) {
    const from = new Date(window.fromMs).toISOString();
    throw new PipelineError('InsufficientData', `window ${from} to ${new Date(window.toMs).toISOString()} is too short: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function findChampion(version: string, symbol: string, store: ArtifactStore): Promise<NonNullable<RunPlan['champion']>> {
  const number = version.replace(/^v/, '');
  const entry = (await store.readJson(`registry/${symbol}/${number}.json`)) as { bundleSha256: string; bundleUri: string } | null;
  if (entry === null) throw new PipelineError('InvalidSpec', `champion: the registry has no version ${JSON.stringify(version)} of ${symbol}`);
  return { version: number, bundleSha256: entry.bundleSha256, bundleUri: entry.bundleUri };
}

/** Models other than this plan's that have been scored on its test segment. */
async function countOpenings(plan: RunPlan, store: ArtifactStore): Promise<number> {
  const names = await store.list(`ledger/${testDataKey(plan)}/`);
  return names.filter((name) => !name.endsWith(`${planModelKey(plan)}.json`)).length;
}

async function recordRun(recorded: RunRecord, { store, build }: PlanActivitiesOptions): Promise<{ version: string | null }> {
  const { plan } = recorded.status;
  const record: RunRecord = { ...recorded, status: { ...recorded.status, plan: plan === null ? null : await attachFiles(plan, store) } };
  const artifacts = record.status.steps.flatMap((step) => step.result?.artifacts ?? []);
  const bundle = artifacts.find((artifact) => artifact.kind === 'bundle') ?? null;
  const version = bundle === null ? null : await versionOf(bundle, record, store);
  await store.putJson(`runs/${record.workflowId}/index.json`, { ...record, version, build });
  return { version };
}

async function versionOf(bundle: ArtifactRef, record: RunRecord, store: ArtifactStore): Promise<string | null> {
  const keys = await store.list(`registry/${record.status.plan?.spec.symbol ?? ''}/`);
  const entries = (await Promise.all(keys.map(async (key) => store.readJson(key)))) as { version: string; bundleSha256: string }[];
  return entries.find((entry) => entry.bundleSha256 === bundle.sha256)?.version ?? null;
}
