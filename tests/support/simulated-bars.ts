/** Simulated 1m bars of a plan's window: the product's simulator, aggregated by the pure reference. */
import type { Bars } from '../../core/data/bars.js';
import { concatBars } from '../../core/data/concat-bars.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import type { Table } from '../../core/data/table.js';
import { makeMarketSkeleton } from '../../core/simulation/market.js';
import { simulateFunding } from '../../core/simulation/market-funding.js';
import { simulateDayTrades } from '../../core/simulation/market-trades.js';
import { TIMEFRAMES } from '../../pipeline/config.js';
import { daysOf } from '../../pipeline/day-segments.js';
import type { RunPlan } from '../../pipeline/plan.js';

/** 1m bars and funding of the plan's window, as steps 1 and 2 would make them. */
export function simulatedBars(plan: RunPlan): { bars: Bars; funding: Table } {
  const { spec, window } = plan;
  const skeleton = makeMarketSkeleton({
    ...spec.simulation,
    seed: spec.seed,
    symbol: spec.symbol,
    fromMs: window.fromMs,
    toMs: window.toMs,
    blockMs: TIMEFRAMES[plan.settings.timeframe],
  });
  const days = daysOf(window).map((day) => tradesToBars(simulateDayTrades(skeleton, Date.parse(`${day}T00:00:00Z`)), 60_000));
  return { bars: concatBars(days), funding: simulateFunding(skeleton) };
}
