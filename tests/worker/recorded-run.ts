/** A recorded run of all sixteen steps over a real store, its steps' own work replaced by a function of step, parameters and inputs. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { makeStepRunner } from '../../activities/step-runner.js';
import type { ComputeJob, StepRunner } from '../../activities/step-runner.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import { makeStepOutputs } from '../../adapters/step-files/index.js';
import type { StepResult } from '../../pipeline/artifacts.js';
import type { BuildInfo, Producer } from '../../pipeline/build-info.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { stepById, STEPS } from '../../pipeline/steps/index.js';
import { makeArtifactStore } from '../../worker/artifact-store.js';
import { makePlan } from '../support/make-plan.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';

export const BUILD: BuildInfo = { schema: 'ares.build', commit: 'f'.repeat(40), dirty: false, node: 'v20.19.0', packages: { zod: '4.6.7' } };

export interface Making {
  /** Code hash by step; the others have `code of <step>`. */
  readonly code?: Readonly<Record<string, string>>;
  readonly natives?: Readonly<Record<string, string>>;
  /** What a step's artifact says beside its parameters and inputs. */
  readonly word?: (step: string) => string;
}

export interface RecordedRun {
  readonly server: TestS3Server;
  readonly store: ObjectStore;
  readonly plan: RunPlan;
  /** A runner over a store. */
  runnerOver(store: ObjectStore, making?: Making): StepRunner;
  /** Runs all steps and records them under a workflow id. */
  record(workflowId: string, change?: { readonly plan?: RunPlan; readonly supplied?: readonly string[] }): Promise<ReadonlyMap<string, StepResult>>;
  /** An empty store beside the run's. */
  scratch(name: string): ObjectStore;
  stop(): Promise<void>;
}

/** A store with nothing recorded yet. */
export async function startRecordedRun(): Promise<RecordedRun> {
  const server = await startS3Server();
  const cacheFolder = join(server.scratch, 'cache');
  const open = (url: string): ObjectStore => openObjectStore({ url, env: server.env, cacheFolder });
  const stores = [open('s3://lineage/runs')];
  const store = stores[0] as ObjectStore;
  await store.ensureBucket();
  const plan = makePlan({ retentionDays: 10 });
  const runnerOver = (over: ObjectStore, making: Making = {}): StepRunner =>
    makeStepRunner({
      store: makeArtifactStore(over, producerOf),
      compute: { size: 2, run: async ({ argument }) => compute(argument as ComputeJob, making) },
      versions: {
        code: Object.fromEntries(STEPS.map((step) => [step.id, making.code?.[step.id] ?? `code of ${step.id}`])),
        natives: making.natives ?? { 'gradient-boosting': 'lightgbm 1' },
      },
      sideLog: { write: async () => undefined },
      executionFor: () => ({ threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 512, featureCache: false, sourceFiles: {} }),
      stagingFolder: async () => {
        await mkdir(join(server.scratch, 'staging'), { recursive: true });
        return mkdtemp(join(server.scratch, 'staging', 'task-'));
      },
    });
  return {
    server,
    store,
    plan,
    runnerOver,
    record: async (workflowId, change = {}) => {
      const results = await runAll(runnerOver(store), change.plan ?? plan);
      const steps = STEPS.map(({ id }) => ({ id, state: 'done', result: results.get(id) ?? null, supplied: change.supplied?.includes(id) ?? false }));
      const status = { state: 'Succeeded', plan: change.plan ?? plan, steps };
      await store.putJson(`runs/${workflowId}/index.json`, { workflowId, runId: 'run', planHash: 'p', version: null, build: BUILD, status });
      return results;
    },
    scratch: (name) => {
      const opened = open(`s3://lineage/scratch/${name}`);
      stores.push(opened);
      return opened;
    },
    stop: async () => {
      for (const opened of stores) opened.close();
      await server.stop();
    },
  };
}

async function runAll(runner: StepRunner, plan: RunPlan): Promise<Map<string, StepResult>> {
  const results = new Map<string, StepResult>();
  for (const step of STEPS) {
    const inputs = Object.fromEntries((step as StepDefinition).needs.map((id) => [id, results.get(id)?.key ?? '']));
    const signal = new AbortController().signal;
    results.set(
      step.id,
      await runner.run({ request: { plan, step: step.id, unit: null, inputs, cache: 'use' }, runId: 'run', signal, onProgress: () => undefined }),
    );
  }
  return results;
}

async function compute({ step, unit, plan, inputs, stagingFolder }: ComputeJob, { word }: Making) {
  const outputs = makeStepOutputs(stagingFolder);
  const definition: StepDefinition = stepById(step);
  const read = Object.values(inputs).flatMap((refs) => refs.map((ref) => ref.sha256));
  await outputs.json(unit ?? 'whole', 'test', { step, unit, word: word?.(step) ?? 'same', parameters: definition.parameters(plan), read: read.sort() });
  return { staged: outputs.staged(), rowsIn: 1, rowsOut: 2, featureCacheHits: 0, checkpoint: null };
}

function producerOf({ step, unit, key }: { readonly step: string; readonly unit: string | null; readonly key: string }): Producer {
  const build = { commit: BUILD.commit, dirty: BUILD.dirty, node: BUILD.node };
  return {
    schema: 'ares.producer',
    step,
    unit,
    key,
    workflowId: 'r1',
    runId: 'run',
    attempt: 1,
    host: 'h',
    node: 'v20.19.0',
    committedAt: '2026-01-01T00:00:00.000Z',
    build,
  };
}
