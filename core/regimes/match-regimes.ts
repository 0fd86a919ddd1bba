/** Names of a refitted model's states that say the same as the former model's, so that specialists do not swap (M3.1.10). */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';
import type { RegimeModel } from './regime-model.js';
import { filterRegimes, filterStates } from './regime-model.js';
import type { Regime } from './regime-names.js';
import { REGIMES } from './regime-names.js';

export interface RegimeMatch<M extends RegimeModel> {
  /** The refitted model, its states renamed where that agrees better with the former one. */
  readonly model: M;
  /** Mean over the bars of the probability that both models give the same regime; 1 = always the same, and sure of it. */
  readonly agreement: number;
  /** The same of the names by mean and variance alone. */
  readonly agreementByMoments: number;
}

/**
 * The refitted model under the names that it got by mean and variance, dealt anew to its states so that on the given bars it agrees most with
 * the former model; on a tie the names stay. Every name that it had it keeps. A model by rules is never renamed: its names are its
 * rules. The bars should be known to both models, such as the train segment they share; at least one.
 */
export function matchRegimes<M extends RegimeModel>(refitted: M, former: RegimeModel, bars: Bars): RegimeMatch<M> {
  const overlap = stateOverlap(refitted, former, bars);
  const score = (names: readonly Regime[]): number => names.reduce((sum, name, state) => sum + overlap[state][REGIMES.indexOf(name)], 0);
  const byMoments = score(refitted.regimeOfState);
  let best = { names: refitted.regimeOfState, score: byMoments };
  if (refitted.kind !== 'rules') {
    for (const names of orderings(refitted.regimeOfState)) if (score(names) > best.score + 1e-12) best = { names, score: score(names) };
  }
  return { model: { ...refitted, regimeOfState: best.names }, agreement: best.score, agreementByMoments: byMoments };
}

/** [states x 4]: mean over the bars of P(state in the refitted model) x P(regime in the former). */
function stateOverlap(refitted: RegimeModel, former: RegimeModel, bars: Bars): number[][] {
  const states = filterStates(refitted, bars);
  const regimes = filterRegimes(former, bars);
  const [n, k, width] = [barCount(bars), refitted.regimeOfState.length, REGIMES.length];
  return Array.from({ length: k }, (_, j) =>
    REGIMES.map((__, r) => {
      let sum = 0;
      for (let t = 0; t < n; t++) sum += states[t * k + j] * regimes[t * width + r];
      return sum / n;
    }),
  );
}

/** Every different order of the names: at most 720, for 6 states. */
function orderings(names: readonly Regime[]): (readonly Regime[])[] {
  if (names.length === 0) return [[]];
  return [...new Set(names)].flatMap((first) => {
    const at = names.indexOf(first);
    return orderings([...names.slice(0, at), ...names.slice(at + 1)]).map((rest) => [first, ...rest]);
  });
}
