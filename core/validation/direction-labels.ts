/** Triple-barrier directions of signals on later bars: what the analyst's probabilities are scored against out of sample. */
import type { TrainedChain } from '../chain/trained-chain.js';
import type { Bars } from '../data/bars.js';
import { barsKnownBy } from '../data/bars.js';
import { resampleBars } from '../data/resample-bars.js';
import { exponentialVolatility } from '../labels/exponential-volatility.js';
import { computeTripleBarrier } from '../labels/triple-barrier.js';

/** 1 = up, 0 = down for each signal time, by the chain's own barriers; NaN where the outcome is not known by `untilMs`. */
export function directionLabels(
  chain: Pick<TrainedChain, 'periodMs' | 'labelChoice'>,
  fineBars: Bars,
  signals: { timeMs: Float64Array; untilMs: number },
): Float64Array {
  const bars = resampleBars(barsKnownBy(fineBars, signals.untilMs), chain.periodMs);
  const volatility = exponentialVolatility(bars.close, chain.labelChoice.volatilitySpanBars);
  const { label } = computeTripleBarrier(bars, volatility, chain.labelChoice);
  const rowOf = new Map<number, number>();
  bars.closeTimeMs.forEach((time, row) => rowOf.set(time, row));
  return Float64Array.from(signals.timeMs, (time) => label[rowOf.get(time) ?? -1] ?? Number.NaN);
}
