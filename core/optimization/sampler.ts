/** What proposes the next point of a search. */
import type { Random } from '../stats/random.js';
import type { ParameterSet, SearchSpace } from './search-space.js';
import type { Trial } from './search-trial.js';

export interface Sampler {
  readonly id: string;
  /** The next point, from the trials so far and the given generator only. */
  propose(space: SearchSpace, trials: readonly Trial[], random: Random): ParameterSet;
}
