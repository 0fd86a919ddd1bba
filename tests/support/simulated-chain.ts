/** Steps 2 to 12 of a small run on simulated trades, in this process, by the product's own step functions. */
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import type { Bars } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { runChain } from './chain-run.js';
import { makePlan } from './make-plan.js';
import { simulatedBars } from './simulated-bars.js';

export interface SimulatedMarket {
  readonly fineBars: Bars;
  readonly funding: Table;
}

export interface SimulatedChain extends SimulatedMarket {
  readonly plan: RunPlan;
  readonly memory: ArtifactMemory;
}

/** The chain trained on a spec's simulated market, `change` applied to it, up to and with step `until` (default: all). */
export async function trainSimulatedChain(
  input: RunSpecInput,
  options: { until?: string; change?: (market: SimulatedMarket) => SimulatedMarket } = {},
): Promise<SimulatedChain> {
  const plan = makePlan(input);
  const simulated = simulatedBars(plan);
  const made = { fineBars: simulated.bars, funding: simulated.funding };
  const { fineBars, funding } = options.change?.(made) ?? made;
  const memory = await runChain({ plan, bars: fineBars, funding, ...(options.until === undefined ? {} : { until: options.until }) });
  return { plan, memory, fineBars, funding };
}
