/** What became of a chain's decisions on later bars: the labels that its two models would have been trained on, with the time each is known. */
import type { Bars } from '../data/bars.js';
import { barsKnownBy } from '../data/bars.js';
import { matchRows } from '../data/match-rows.js';
import { resampleBars } from '../data/resample-bars.js';
import { exponentialVolatility } from '../labels/exponential-volatility.js';
import { computeTripleBarrier } from '../labels/triple-barrier.js';
import type { ChainDecisions } from './apply-chain.js';
import type { TacticianExamples } from './tactician-examples.js';
import { tacticianLabels } from './tactician-examples.js';
import type { TrainedChain } from './trained-chain.js';

/** One row a decision; NaN where the outcome is not known by `untilMs`. */
export interface Outcomes {
  /** 0 or 1. */
  readonly y: Float64Array;
  /** Time from which it is known, after the decision. */
  readonly endMs: Float64Array;
}

type Untaught = Pick<TrainedChain, 'periodMs' | 'labelChoice' | 'rules'>;

/**
 * Outcomes of the analyst's directions: up or down by the chain's own barriers, from the signal on.
 * @throws InvalidData when no bar closes at a signal's time within the data.
 */
export function analystOutcomes({ periodMs, labelChoice }: Untaught, fineBars: Bars, of: { signalTimeMs: Float64Array; untilMs: number }): Outcomes {
  const bars = resampleBars(barsKnownBy(fineBars, of.untilMs), periodMs);
  const { label, labelEndMs } = computeTripleBarrier(bars, exponentialVolatility(bars.close, labelChoice.volatilitySpanBars), labelChoice);
  const rows = matchRows(bars.closeTimeMs, of.signalTimeMs, 'bars of signals');
  return { y: Float64Array.from(rows, (row) => label[row]), endMs: Float64Array.from(rows, (row) => labelEndMs[row]) };
}

/** Outcomes of following each decision: a net gain or none. @throws InvalidData when no fine bar closes at an entry's time within the data. */
export function tacticianOutcomes({ rules }: Untaught, fineBars: Bars, of: { decisions: ChainDecisions; untilMs: number }): Outcomes {
  const fine = barsKnownBy(fineBars, of.untilMs);
  const { signalTimeMs, entryTimeMs, side, volatility, regimes } = of.decisions;
  const examples: TacticianExamples = {
    ...{ entryTimeMs, side, volatility, regimes },
    signal: Int32Array.from(side.keys()),
    closeTimeMs: signalTimeMs,
    fineBar: matchRows(fine.closeTimeMs, entryTimeMs, 'fine bars of entries'),
    features: { names: [], columns: [] },
  };
  const { label, labelEndMs } = tacticianLabels(examples, fine, rules);
  return { y: label, endMs: labelEndMs };
}
