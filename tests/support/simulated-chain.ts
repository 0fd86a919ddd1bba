/** Steps 2 to 12 of a small run on simulated trades, in this process, by the product's own step functions. */
import { CHAIN_STEPS } from '../../activities/chain-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeArtifactMemory, runStepInProcess } from '../../activities/in-process-steps.js';
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import type { Bars } from '../../core/data/bars.js';
import { barsToTable } from '../../core/data/bars.js';
import { concatBars } from '../../core/data/concat-bars.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import { makeMarketSkeleton } from '../../core/simulation/market.js';
import { simulateFunding } from '../../core/simulation/market-funding.js';
import { simulateDayTrades } from '../../core/simulation/market-trades.js';
import { sha256Hex } from '../../adapters/object-store/index.js';
import { FINE_PERIOD_MS, TIMEFRAMES } from '../../pipeline/config.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import { daysOf } from '../../pipeline/day-segments.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepPorts } from '../../pipeline/ports.js';
import type { Execution } from '../../pipeline/step.js';
import { makePlan } from './make-plan.js';

export const EXECUTION: Execution = { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, filePaths: {} };
export const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

/** Ports that the chain's steps use: the real libraries; the others refuse to be used. */
export function chainPorts(): StepPorts {
  const libraries = { gradientBoosting: makeGradientBoosting(), tensorBackend: async () => openTensorBackend({ device: 'cpu' }), sha256: sha256Hex };
  return new Proxy(libraries as unknown as StepPorts, {
    get: (target, name) => {
      if (!(name in target)) throw new Error(`the chain's steps should not use the port ${String(name)}`);
      return target[name as keyof StepPorts];
    },
  });
}

export interface SimulatedChain {
  readonly plan: RunPlan;
  readonly memory: ArtifactMemory;
  readonly fineBars: Bars;
  readonly funding: Table;
}

/** Minute bars of the plan's simulated trades, and its funding (none on spot). */
export function simulatedMarket(plan: RunPlan): { fineBars: Bars; funding: Table } {
  const { spec, window } = plan;
  const skeleton = makeMarketSkeleton({ ...spec.simulation, ...window, seed: spec.seed, symbol: spec.symbol, blockMs: TIMEFRAMES[plan.settings.timeframe] });
  const fineBars = concatBars(daysOf(window).map((day) => tradesToBars(simulateDayTrades(skeleton, Date.parse(`${day}T00:00:00Z`)), FINE_PERIOD_MS)));
  const none = makeTable({ timeMs: new Float64Array(0), rate: new Float64Array(0), markPrice: new Float64Array(0) });
  return { fineBars, funding: spec.market === 'spot' ? none : simulateFunding(skeleton) };
}

/** The chain trained on a spec's simulated market up to and with step `last`; every artifact is in the memory. */
export async function trainSimulatedChain(input: RunSpecInput, last: string, change?: (market: { fineBars: Bars; funding: Table }) => { fineBars: Bars; funding: Table }): Promise<SimulatedChain> {
  const plan = makePlan(input);
  const made = simulatedMarket(plan);
  const { fineBars, funding } = change?.(made) ?? made;
  const memory = makeArtifactMemory();
  memory.artifacts.set('data-collection', new Map([['bars', { table: barsToTable(fineBars) }], ['funding', { table: funding }]]));
  const run = { memory, ports: chainPorts(), execution: EXECUTION, signal: NEVER_ABORTED, progress: () => undefined };
  for (const { definition, run: step } of CHAIN_STEPS) {
    await runStepInProcess(definition, step, plan, run);
    if (definition.id === last) return { plan, memory, fineBars, funding };
  }
  throw new RangeError(`expected ${last} to be a step of the chain`);
}
