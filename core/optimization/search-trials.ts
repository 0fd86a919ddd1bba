/** A sequential search: a sampler proposes, the caller evaluates, every trial is recorded. The objective is minimised. */
import type { Abort } from '../abort.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Sampler } from './sampler.js';
import type { ParameterSet, SearchSpace } from './search-space.js';
import { checkSearchSpace } from './search-space.js';
import type { Trial } from './search-trial.js';

export interface SearchOptions {
  readonly space: SearchSpace;
  /** Trials in all, earlier ones included. */
  readonly trials: number;
  readonly seed: number;
  /** The point's objective (minimised), or null where there is too little data to tell. */
  readonly evaluate: (parameters: ParameterSet, trial: number) => Promise<number | null> | number | null;
  readonly sampler: Sampler;
  /** Called after each new trial, before the next is proposed. */
  readonly onTrial?: (trial: Trial) => Promise<void> | void;
  /** Points to try first, in this order, for example the defaults. */
  readonly startingPoints?: readonly ParameterSet[];
  /** Trials of an interrupted search with the same options: it goes on as if it had never stopped. */
  readonly earlier?: readonly Trial[];
  readonly signal?: Abort;
}

export interface SearchResult {
  readonly trials: readonly Trial[];
  /** The trial of the least objective, the first of equals; null when no trial has one. */
  readonly best: Trial | null;
}

/**
 * The trials of a search and the best of them. Trial i draws from its own generator, seeded by (seed, i), and sees
 * trials 0 to i - 1 only: the same seed and evaluations give the same trials, in one go or resumed.
 * @throws RangeError on a malformed space, more earlier trials than asked for, or an objective that is not finite.
 */
export async function searchTrials(options: SearchOptions): Promise<SearchResult> {
  const space = checkSearchSpace(options.space);
  const trials: Trial[] = [...(options.earlier ?? [])];
  if (trials.length > options.trials) throw new RangeError(`expected at most ${options.trials} earlier trials, found ${trials.length}`);
  for (let index = trials.length; index < options.trials; index++) {
    options.signal?.throwIfAborted();
    const start = options.startingPoints?.[index];
    const parameters = start ?? options.sampler.propose(space, trials, makeRandom(deriveSeed(options.seed, 'trial', index)));
    const objective = await options.evaluate(parameters, index);
    if (objective !== null && !Number.isFinite(objective)) throw new RangeError(`expected a finite objective of trial ${index}, found ${objective}`);
    const trial: Trial = { trial: index, parameters, objective, state: objective === null ? 'insufficient' : 'complete' };
    trials.push(trial);
    await options.onTrial?.(trial);
  }
  return { trials, best: bestTrial(trials) };
}

/** The trial of the least objective, the first of equals; null when none has one. */
export function bestTrial(trials: readonly Trial[]): Trial | null {
  let best: Trial | null = null;
  for (const trial of trials) {
    if (trial.objective !== null && (best === null || trial.objective < best.objective!)) best = trial;
  }
  return best;
}
