/** The activities around the steps: plan a run, look a step up, record a run. */
import type { AbortSignalLike, ArtifactStore, ComputeRunner } from '../pipeline/artifact-store.js';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import type { RunSpec } from '../pipeline/config.js';
import { parseRunSpec } from '../pipeline/config.js';
import { PipelineError } from '../pipeline/errors.js';
import type { RunPlan, SegmentCuts } from '../pipeline/plan.js';
import { embargoOf, planSegments, resolveSettings } from '../pipeline/plan.js';
import { TIMEFRAMES } from '../pipeline/config.js';
import type { RunRecord, StepRequest } from '../pipeline/run-status.js';
import { STEPS } from '../pipeline/steps/index.js';
import { planHash, planModelKey, testDataKey } from './plan-keys.js';
import type { StepRunner } from './step-runner.js';

/** Planning reads a folder's files through once: minutes for hundreds of them, little memory. */
const PLAN_STALL_MS = 600_000;
const PLAN_MEMORY_MIB = 2048;

export interface PlanActivities {
  /** The plan of a spec: dates, preset values, source, champion and device fixed. */
  resolvePlan(spec: RunSpec): Promise<{ plan: RunPlan; planHash: string }>;
  lookUpStep(request: StepRequest): Promise<{ cached: boolean; key: string; reason: string }>;
  /** Writes `runs/<workflow id>/index.json`; returns the bundle's registry version. */
  recordRun(record: RunRecord): Promise<{ version: string | null }>;
}

export interface PlanActivitiesOptions {
  readonly store: ArtifactStore;
  readonly compute: ComputeRunner;
  readonly runner: StepRunner;
  /** Devices that this worker's machine offers. */
  readonly gpuAvailable: boolean;
  /** The running activity's abort signal. */
  readonly signal: () => AbortSignalLike;
}

/** A source as a compute child resolves it: the window, and the files that hold it. */
export type ResolvedSource = Pick<RunPlan, 'window' | 'source'>;

/** Plan activities over a store. */
export function makePlanActivities(options: PlanActivitiesOptions): PlanActivities {
  return {
    resolvePlan: async (spec) => resolvePlan(spec, options),
    lookUpStep: async (request) => options.runner.lookUp(request),
    recordRun: async (record) => recordRun(record, options.store),
  };
}

async function resolvePlan(input: RunSpec, options: PlanActivitiesOptions): Promise<{ plan: RunPlan; planHash: string }> {
  const parsed = parseRunSpec(input);
  if (!parsed.ok) throw new PipelineError('InvalidSpec', parsed.problems.join('; '));
  const spec = parsed.spec;
  checkRefreshNames(spec);
  const settings = resolveSettings(spec);
  const device = resolveDevice(settings.device, options.gpuAvailable);
  const { window, source } = await resolveSourceInChild(spec, options);
  const embargoMs = embargoOf(spec, settings.timeframe);
  const segments = planSegmentsOrExplain(window, { shares: spec.segments, periodMs: TIMEFRAMES[settings.timeframe], embargoMs });
  const champion = spec.champion === undefined ? null : await findChampion(spec.champion, spec.symbol, options.store);
  const draft: RunPlan = { schema: 'ares.plan', spec, settings: { ...settings, device }, window, segments, embargoMs, source, champion, priorTestOpenings: 0 };
  const plan: RunPlan = { ...draft, priorTestOpenings: await countOpenings(draft, options.store) };
  return { plan, planHash: planHash(plan) };
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

function resolveDevice(device: 'auto' | 'cpu' | 'gpu', gpuAvailable: boolean): 'cpu' | 'gpu' {
  if (device === 'gpu' && !gpuAvailable)
    throw new PipelineError('UnsupportedDevice', 'device: the spec asks for "gpu", but no worker with a GPU is here; use "cpu" or "auto"');
  if (device === 'auto') return gpuAvailable ? 'gpu' : 'cpu';
  return device;
}

async function resolveSourceInChild(spec: RunSpec, options: PlanActivitiesOptions): Promise<ResolvedSource> {
  const answer = (await options.compute.run({
    method: 'resolveSource',
    argument: spec,
    stallMs: PLAN_STALL_MS,
    recycleAboveMiB: PLAN_MEMORY_MIB,
    signal: options.signal(),
    onProgress: () => undefined,
  })) as { resolved: ResolvedSource } | { failure: { name: string; message: string } };
  if ('failure' in answer) throw Object.assign(new Error(answer.failure.message), { name: answer.failure.name });
  return answer.resolved;
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

async function recordRun(record: RunRecord, store: ArtifactStore): Promise<{ version: string | null }> {
  const artifacts = record.status.steps.flatMap((step) => step.result?.artifacts ?? []);
  const bundle = artifacts.find((artifact) => artifact.kind === 'bundle') ?? null;
  const version = bundle === null ? null : await versionOf(bundle, record, store);
  await store.putJson(`runs/${record.workflowId}/index.json`, { ...record, version });
  return { version };
}

async function versionOf(bundle: ArtifactRef, record: RunRecord, store: ArtifactStore): Promise<string | null> {
  const keys = await store.list(`registry/${record.status.plan?.spec.symbol ?? ''}/`);
  const entries = (await Promise.all(keys.map(async (key) => store.readJson(key)))) as { version: string; bundleSha256: string }[];
  return entries.find((entry) => entry.bundleSha256 === bundle.sha256)?.version ?? null;
}
