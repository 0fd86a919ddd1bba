/** Names for the states of a fitted model, by a total rule: every set of states has exactly one naming. */
import type { Regime } from './regime-names.js';

export interface StateMoments {
  /** Mean and variance of the log return in the state. */
  readonly mean: number;
  readonly variance: number;
}

/**
 * The regime of each state. The state of the highest variance is VOLATILE; of the others the highest mean is BULL, the
 * lowest BEAR, all between SIDEWAYS. With three states no one is SIDEWAYS, with two the calm one is, a single state is
 * SIDEWAYS. On a tie the earlier state ranks higher.
 * @throws RangeError for no state.
 */
export function nameStates(moments: readonly StateMoments[]): readonly Regime[] {
  if (moments.length < 1) throw new RangeError('expected at least one state, found none');
  if (moments.length === 1) return ['SIDEWAYS'];
  const volatile = moments.reduce((best, state, i) => (state.variance > moments[best].variance ? i : best), 0);
  const rest = moments
    .map((_, i) => i)
    .filter((i) => i !== volatile)
    .sort((a, b) => moments[b].mean - moments[a].mean || a - b);
  const names: Regime[] = moments.map(() => 'SIDEWAYS');
  names[volatile] = 'VOLATILE';
  if (rest.length > 1) {
    names[rest[0]] = 'BULL';
    names[rest[rest.length - 1]] = 'BEAR';
  }
  return names;
}
