/** Work that is cut off again and again, each time a few parts further, and goes on from what the store holds. */
import assert from 'node:assert/strict';
import { openCheckpoint } from '../../adapters/checkpoints/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import type { StagingOutputs } from '../../adapters/step-files/index.js';
import type { Checkpoint } from '../../pipeline/checkpoint.js';

export interface InterruptedWork {
  readonly store: ObjectStore;
  /** Unique to the work. */
  readonly key: string;
  /** A fresh start with a checkpoint: throws what the checkpoint throws. */
  readonly attempt: (checkpoint: Checkpoint) => Promise<void>;
  /** Of the attempt that runs, for work whose parts are artifacts. */
  readonly outputs?: () => StagingOutputs;
}

class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs attempts until one ends: the first is cut off after one part, the next after two more, then four. Every part is in
 * the store before the cut. Returns the parts computed, in order, and the number of attempts.
 */
export async function runInterrupted(work: InterruptedWork): Promise<{ parts: readonly string[]; attempts: number }> {
  const parts: string[] = [];
  for (let attempts = 1, allowed = 1; ; attempts++, allowed *= 2) {
    const before = parts.length;
    const stored = openCheckpoint({
      store: work.store,
      plan: { key: work.key, prefix: `checkpoints/${work.key}/shared/`, everyMs: 0 },
      outputs: work.outputs?.() ?? noOutputs(),
      onPart: async (name) => void parts.push(name),
      onDropped: async (path, problem) => assert.fail(`${path}: ${problem}`),
      clock: () => 0,
    });
    const cut = <T>(result: T): T => {
      if (parts.length - before >= allowed) throw new Interrupted(`after ${parts.at(-1)}`);
      return result;
    };
    try {
      await work.attempt({
        once: async (name, compute, artifacts) => cut(await stored.once(name, compute, artifacts)),
        latest: stored.latest,
        keep: async (name, state) => cut(await stored.keep(name, state)),
      });
      return { parts, attempts };
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}

function noOutputs(): StagingOutputs {
  return new Proxy({} as StagingOutputs, {
    get: (_, method) => assert.fail(`a part of this work writes no artifact, yet ${String(method)} was asked for`),
  });
}
