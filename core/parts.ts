/** What a long computation offers whoever may have to go on with it: its natural parts, and the state between them. */

/** Keeps finished parts; a step's checkpoint is one. */
export interface Parts {
  /** The value of a part: computed now, or by an earlier attempt at the same work. Plain data, a function of the work and the name alone. */
  once<T>(name: string, compute: () => T | Promise<T>): Promise<T>;
}

/** Keeps the newest state of iterative work. */
export interface StateKeeper<State> {
  /** Null at the first attempt. */
  latest(): Promise<State | null>;
  keep(state: State): Promise<void>;
}

/** Every part is computed. */
export const COMPUTE_ALL: Parts = { once: async (_name, compute) => compute() };
