/** The simulated market of a plan. */
import type { MarketSkeleton } from '../core/simulation/market.js';
import { makeMarketSkeleton } from '../core/simulation/market.js';
import { PipelineError } from '../pipeline/errors.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';

/** The skeleton of the whole window. @throws PipelineError InvalidSpec for another source */
export function simulatedMarket(parameters: DataCollectionParameters): MarketSkeleton {
  if (parameters.simulation === null) throw new PipelineError('InvalidSpec', 'Invariant: the simulator runs with simulation parameters only');
  return makeMarketSkeleton({ ...parameters.simulation, symbol: parameters.symbol, fromMs: parameters.window.fromMs, toMs: parameters.window.toMs });
}
