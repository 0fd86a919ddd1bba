/**
 * In-step checkpoints: a long step names its natural parts (a trial, a fold, a window, an epoch), and an attempt that
 * was cut off leaves the finished ones to the next. They hold under the step key, so other code or other inputs never
 * meet them.
 */

export interface Checkpoint {
  /**
   * The value of a part that an earlier attempt finished, else computed now and kept. The name is unique within the
   * step's unit; the value is plain data and typed arrays (structured clone), a function of step key and name alone, and
   * not changed once returned. `artifacts` names those that `compute` writes: they come back with the part.
   */
  once<T>(name: string, compute: () => T | Promise<T>, artifacts?: readonly string[]): Promise<T>;
  /** The newest state kept under a name, null at the first attempt: for work that goes on from a state, as epochs do. */
  latest<T>(name: string): Promise<T | null>;
  /** Keeps a state in place of the one before; written to the store when the checkpoint interval has passed. */
  keep(name: string, state: unknown): Promise<void>;
}

/** Where a task's parts lie and how often they are written. */
export interface CheckpointPlan {
  /** Key of the step or unit. */
  readonly key: string;
  /** Below the store's prefix, ends in `/`; attempts that may take over from one another share it. */
  readonly prefix: string;
  readonly everyMs: number;
}

/** What stands of a task's checkpoint; in heartbeats a hint for people, never what a resume relies on. */
export interface CheckpointState {
  readonly parts: number;
  readonly uri: string;
}

/** No memory: every part is computed. For tests and for steps without parts. */
export const NO_CHECKPOINT: Checkpoint = {
  once: async (_name, compute) => compute(),
  latest: async () => null,
  keep: async () => undefined,
};

/** The same checkpoint for work within work: every name begins with `prefix/`. */
export function checkpointWithin(checkpoint: Checkpoint, prefix: string): Checkpoint {
  return {
    once: async (name, compute, artifacts) => checkpoint.once(`${prefix}/${name}`, compute, artifacts),
    latest: async (name) => checkpoint.latest(`${prefix}/${name}`),
    keep: async (name, state) => checkpoint.keep(`${prefix}/${name}`, state),
  };
}
