/** The feature cache of a compute child: features of the last few data sets, so that steps which open one segment compute them once. */
import type { FeatureMemo } from '../core/chain/feature-memo.js';

/** Data sets times feature sets kept; one is some megabytes. */
const KEPT = 4;

export interface FeatureCache {
  /** A memory for one data set. */
  memo(identity: string): FeatureMemo;
  /** Values remembered instead of computed, since the process began. */
  readonly hits: number;
}

/** An empty cache; the least recently used entry goes first. */
export function makeFeatureCache(): FeatureCache {
  const entries = new Map<string, unknown>();
  let hits = 0;
  return {
    get hits() {
      return hits;
    },
    memo:
      (identity) =>
      <T>(name: string, compute: () => T): T => {
        const key = `${identity} ${name}`;
        const known = entries.has(key);
        const value = known ? (entries.get(key) as T) : compute();
        if (known) hits += 1;
        entries.delete(key);
        entries.set(key, value);
        if (entries.size > KEPT) entries.delete(entries.keys().next().value as string);
        return value;
      },
  };
}
