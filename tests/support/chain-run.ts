/** Steps 2 to 12 in this process on given bars: the same step functions, real adapters, artifacts in memory. */
import { CHAIN_STEPS } from '../../activities/chain-steps.js';
import { makeArtifactMemory, memoryInputs, memoryOutputs, runStepInProcess } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeBundleArchive } from '../../adapters/bundle-archive/index.js';
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import { sha256Hex } from '../../adapters/object-store/index.js';
import { makeReportRenderer } from '../../adapters/report/index.js';
import { makeBarEngine } from '../../adapters/tables/index.js';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import { makeXgboost } from '../../adapters/xgboost/index.js';
import type { Bars } from '../../core/data/bars.js';
import { barsToTable } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepPorts } from '../../pipeline/ports.js';

/** Real ports; registry, ledger and tracker refuse, for no step of the chain may use them. */
export function chainPorts(): StepPorts {
  const refuse = async (): Promise<never> => {
    throw new Error('a step of the chain reached for the registry, the ledger or the tracker');
  };
  return {
    marketSource: () => makeFilesSource(),
    bars: makeBarEngine(),
    gradientBoosting: makeGradientBoosting(),
    xgboost: makeXgboost(),
    tensorBackend: async () => openTensorBackend({ device: 'cpu' }),
    registry: { register: refuse },
    ledger: { record: refuse },
    tracker: { log: refuse },
    readObject: refuse,
    report: makeReportRenderer(),
    archive: makeBundleArchive(),
    featureMemo: () => (_name, compute) => compute(),
    sha256: sha256Hex,
  };
}

export interface ChainInput {
  readonly plan: RunPlan;
  /** 1m bars of the whole window. */
  readonly bars: Bars;
  readonly funding?: Table;
  readonly threads?: number;
  /** Stop after this step; default all twelve. */
  readonly until?: string;
  /** Called before each step; may change what the memory holds. */
  readonly before?: (step: string, memory: ArtifactMemory) => Promise<void> | void;
}

/** The memory after the chain ran. */
export async function runChain(input: ChainInput): Promise<ArtifactMemory> {
  const memory = makeArtifactMemory();
  const source = memoryOutputs(memory, 'data-collection');
  await source.table('bars', 'ares.bars', barsToTable(input.bars));
  await source.table(
    'funding',
    'ares.funding',
    input.funding ?? makeTable({ timeMs: new Float64Array(0), rate: new Float64Array(0), markPrice: new Float64Array(0) }),
  );
  await source.json('source', 'ares.source', { synthetic: true });
  const ports = chainPorts();
  const execution = { threads: input.threads ?? 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} };
  for (const { definition, run } of CHAIN_STEPS) {
    await input.before?.(definition.id, memory);
    await runStepInProcess({ definition, run }, input.plan, {
      memory,
      ports,
      execution,
      signal: { aborted: false, throwIfAborted: () => undefined },
      checkpoint: NO_CHECKPOINT,
      progress: () => undefined,
    });
    if (definition.id === input.until) break;
  }
  return memory;
}

/** An artifact's content as text, exact to the bit: what a test compares. */
export async function contentOf(memory: ArtifactMemory, step: string, name: string): Promise<string> {
  const artifact = memory.artifacts.get(step)?.get(name);
  if (artifact === undefined)
    throw new Error(
      `no artifact ${step}/${name}; there are ${memoryInputs(memory)
        .names(step as never)
        .join(', ')}`,
    );
  if ('json' in artifact) return artifact.json;
  if ('bytes' in artifact) return sha256Hex(artifact.bytes);
  if ('table' in artifact)
    return JSON.stringify(Object.entries(artifact.table.columns).map(([column, values]) => [column, Array.from(values as ArrayLike<unknown>, String)]));
  throw new Error(`artifact ${step}/${name} is a file`);
}
