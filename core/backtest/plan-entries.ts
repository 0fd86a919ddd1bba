/** Which decisions a parameter set follows, and how large: known at the entry time, before any fill. */
import { REGIMES } from '../regimes/regime-names.js';
import { betSize } from '../risk/bet-size.js';
import { shrunkKelly } from '../risk/kelly.js';
import type { BarrierChoice } from './barrier-choice.js';
import type { Decisions } from './decisions.js';
import type { StrategyParameters } from './strategy-parameters.js';
import type { TradingCosts } from './trading-costs.js';

export interface EntryPlan {
  /** Rows of the decisions that are followed, ascending. */
  readonly rows: Int32Array;
  /** Position as a fraction of equity, in (0, maximumPosition], one per entry of `rows`. */
  readonly sizes: Float64Array;
  readonly belowThreshold: number;
  /** Decisions above both thresholds to which the sizing rule gives nothing. */
  readonly unsized: number;
}

export interface EntryRules {
  readonly parameters: StrategyParameters;
  readonly barriers: BarrierChoice;
  readonly costs: TradingCosts;
  readonly spot: boolean;
}

/**
 * The entries of a parameter set. A decision is followed when the blended probability of its side reaches the analyst's
 * threshold and the probability of success the tactician's; shorts on spot never are.
 */
export function planEntries(decisions: Decisions, rules: EntryRules): EntryPlan {
  const { thresholds, ensemble } = rules.parameters;
  const rows: number[] = [];
  const sizes: number[] = [];
  let belowThreshold = 0;
  let unsized = 0;
  for (let row = 0; row < decisions.entryTimeMs.length; row++) {
    const side = decisions.side[row]!;
    const up = (1 - ensemble.pooledWeight) * decisions.analyst[row]! + ensemble.pooledWeight * decisions.pooled[row]!;
    const confidence = side > 0 ? up : 1 - up;
    if ((rules.spot && side < 0) || !(confidence >= thresholds.analyst) || !(decisions.tactician[row]! >= thresholds.tactician)) {
      belowThreshold++;
      continue;
    }
    const size = positionSize(decisions, row, rules);
    if (size > 0) {
      rows.push(row);
      sizes.push(size);
    } else unsized++;
  }
  return { rows: Int32Array.from(rows), sizes: Float64Array.from(sizes), belowThreshold, unsized };
}

/**
 * Position as a fraction of equity: the rule's size times its fraction, at most the maximum, times the regime's scale.
 * Kelly's fraction of capital at risk becomes a position by dividing by the stop distance, costs included.
 */
function positionSize(decisions: Decisions, row: number, rules: EntryRules): number {
  const { sizing } = rules.parameters;
  const p = decisions.tactician[row]!;
  const size = sizing.rule === 'kelly' ? kellyPosition(p, decisions.volatility[row]!, rules) : betSize(p);
  return Math.min(sizing.maximumPosition, sizing.kellyFraction * size) * regimeScale(decisions, row, rules.parameters);
}

function kellyPosition(p: number, volatility: number, rules: EntryRules): number {
  const { risk, sizing } = rules.parameters;
  const roundTrip = 2 * (rules.costs.takerFeeBps + rules.costs.halfSpreadBps) * 1e-4;
  const gain = Math.exp(rules.barriers.takeProfit * risk.takeProfitScale * volatility) - 1 - roundTrip;
  const loss = 1 - Math.exp(-rules.barriers.stopLoss * risk.stopLossScale * volatility) + roundTrip;
  return gain > 0 && loss > 0 ? shrunkKelly(p, gain / loss, sizing.probabilityError) / loss : 0;
}

function regimeScale(decisions: Decisions, row: number, parameters: StrategyParameters): number {
  let scale = 0;
  for (let state = 0; state < REGIMES.length; state++) scale += decisions.regimes[row * REGIMES.length + state]! * parameters.regime[REGIMES[state]!];
  return Math.min(1, scale);
}
