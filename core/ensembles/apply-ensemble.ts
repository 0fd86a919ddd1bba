/** The ensemble's probability: sum over regimes of filtered regime probability times that regime's stack. */
import { NumericalError } from '../errors.js';
import { POOLED, REGIMES } from '../regimes/regime-names.js';
import type { Ensemble, Stack } from './ensemble.js';
import { memberKey } from './ensemble.js';
import { logistic, logOddsOf } from './log-odds.js';

/** Predictions of every member for the same rows. */
export interface MemberPredictions {
  readonly rowCount: number;
  /** P(y = 1) a row, by memberKey. */
  readonly probabilities: ReadonlyMap<string, Float64Array>;
}

/**
 * Routed probability of each row. `regimes` holds the filtered probabilities, [rows x 4] in the order of REGIMES; a row's
 * output depends on that row alone.
 * @throws NumericalError when a member's prediction is missing or a probability is not finite.
 */
export function applyEnsemble(ensemble: Ensemble, predictions: MemberPredictions, regimes: Float64Array): Float64Array {
  const pooled = stackOutput(stackOf(ensemble, POOLED), predictions);
  const outputs = REGIMES.map((regime) => {
    const stack = stackOf(ensemble, regime);
    return stack.status === 'pooled' ? pooled : stackOutput(stack, predictions);
  });
  const out = new Float64Array(predictions.rowCount);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let r = 0; r < outputs.length; r++) sum += regimes[i * outputs.length + r]! * outputs[r]![i]!;
    if (!Number.isFinite(sum)) throw new NumericalError(`expected a finite probability of the ${ensemble.role} ensemble in row ${i}, found ${sum}`);
    // Regime probabilities sum to 1 up to rounding, which could otherwise lift the output above 1.
    out[i] = Math.min(1, Math.max(0, sum));
  }
  return out;
}

/** Output of one stack for each row, before routing. @throws NumericalError when a member has no predictions. */
export function stackOutput(stack: Stack, predictions: MemberPredictions): Float64Array {
  const scores = new Float64Array(predictions.rowCount).fill(stack.intercept);
  stack.members.forEach((member, j) => {
    const probabilities = predictions.probabilities.get(memberKey(member));
    if (probabilities === undefined || probabilities.length !== predictions.rowCount) {
      throw new NumericalError(`expected ${predictions.rowCount} predictions of ${memberKey(member)}, found ${probabilities?.length ?? 'none'}`);
    }
    const odds = logOddsOf(probabilities);
    for (let i = 0; i < scores.length; i++) scores[i]! += stack.weights[j]! * odds[i]!;
  });
  return scores.map(logistic);
}

/** The stack of a regime. @throws RangeError when the ensemble has none. */
export function stackOf(ensemble: Ensemble, regime: string): Stack {
  const stack = ensemble.stacks.find((candidate) => candidate.regime === regime);
  if (stack === undefined)
    throw new RangeError(`expected a stack of regime ${regime}, found ${ensemble.stacks.map((candidate) => candidate.regime).join(', ')}`);
  return stack;
}
