/** Runs steps 1 to 3 in this process for tests: artifacts in memory, trades of a day in a Parquet file for the engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeArtifactMemory, memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import { collectMarketData } from '../../activities/data-collection.js';
import { classifyMarketRegimes } from '../../activities/market-regime-classification.js';
import { splitByRegime } from '../../activities/regime-data-splitting.js';
import { resolveSource } from '../../activities/resolve-source.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import { makeBarEngine, writeParquet } from '../../adapters/tables/index.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import { runSpecSchema, TIMEFRAMES } from '../../pipeline/config.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { embargoOf, plannedFiles, planSegments, resolveSettings } from '../../pipeline/plan.js';
import type { MarketSource, MarketSources } from '../../pipeline/market-source.js';
import type { StepPorts } from '../../pipeline/ports.js';
import type { Execution, StepFunction } from '../../pipeline/step-context.js';
import type { StepId } from '../../pipeline/steps/index.js';
import { dataCollection } from '../../pipeline/steps/data-collection.js';
import { marketRegimeClassification } from '../../pipeline/steps/market-regime-classification.js';
import { regimeDataSplitting } from '../../pipeline/steps/regime-data-splitting.js';

const filesSource = makeFilesSource();
const files = (): MarketSource => filesSource;

/** The plan of a spec, with the real resolver of its source. */
export async function planOf(input: RunSpecInput, marketSource: MarketSources = files): Promise<RunPlan> {
  const spec = runSpecSchema.parse(input);
  const settings = resolveSettings(spec);
  const { window, source } = await resolveSource(spec, settings, { marketSource });
  const embargoMs = embargoOf(spec, settings.timeframe);
  return {
    schema: 'ares.plan',
    spec,
    settings: { ...settings, device: 'cpu' },
    window,
    source,
    embargoMs,
    segments: planSegments(window, { shares: spec.segments, periodMs: TIMEFRAMES[settings.timeframe], embargoMs }),
    champion: null,
    priorTestOpenings: 0,
  };
}

/** Runs the first `count` steps of a plan; a memory given is carried on with. */
export async function runDataSteps(
  context: TestContext,
  plan: RunPlan,
  options: { count: 1 | 2 | 3; threads?: number; execution?: Partial<Execution>; marketSource?: MarketSources },
): Promise<ArtifactMemory> {
  const memory = makeArtifactMemory();
  const folder = await mkdtemp(join(tmpdir(), 'ares-data-steps-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const run = {
    memory,
    ports: { marketSource: options.marketSource ?? files, bars: makeBarEngine() } as unknown as StepPorts,
    execution: {
      threads: options.threads ?? 1,
      chunkRows: 1000,
      segmentDays: 1,
      memoryLimitMiB: 512,
      featureCache: false,
      sourceFiles: Object.fromEntries(plannedFiles(plan).map(({ sha256, path, bytes }) => [sha256, { path, bytes }])),
      ...options.execution,
    },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  };
  await runStepInProcess({ definition: dataCollection, run: collectMarketData as StepFunction }, plan, run);
  const withFiles: StepFunction = (step) =>
    (classifyMarketRegimes as StepFunction)({
      ...(step as object),
      inputs: {
        ...memoryInputs(memory),
        path: async (id: StepId, name: string) => {
          const path = join(folder, `${name.replaceAll('/', '-')}.parquet`);
          await writeParquet(await memoryInputs(memory).table(id, name, 'ares.trades'), path);
          return path;
        },
      },
    } as never);
  if (options.count >= 2) await runStepInProcess({ definition: marketRegimeClassification, run: withFiles }, plan, run);
  if (options.count >= 3) await runStepInProcess({ definition: regimeDataSplitting, run: splitByRegime as StepFunction }, plan, run);
  return memory;
}

/** Every artifact as text, by step and name: equal texts, equal artifacts. */
export function memoryText(memory: ArtifactMemory): Record<string, string> {
  const plain = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array, (x) => (Number.isNaN(x) ? 'NaN' : x)) : value;
  return Object.fromEntries(
    [...memory.artifacts].flatMap(([step, artifacts]) => [...artifacts].map(([name, artifact]) => [`${step}/${name}`, JSON.stringify(artifact, plain)])),
  );
}
