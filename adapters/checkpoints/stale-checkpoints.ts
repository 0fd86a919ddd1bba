/** Which checkpoints nobody can need any more. */
import type { ListedObject } from '../object-store/index.js';

export interface CheckpointAges {
  /** Objects of a checkpoint whose newest one is older than this (UTC ms) are stale: its attempts are over. */
  readonly beforeMs: number;
  /** Keys of steps and units whose result is committed. */
  readonly finishedKeys: ReadonlySet<string>;
}

/**
 * The objects below `checkpoints/`, parted. A finished key's shared checkpoint is stale at any age; the one of a run that
 * computes a finished key again is its own and only grows old.
 */
export function partCheckpoints(objects: readonly ListedObject[], ages: CheckpointAges): { stale: ListedObject[]; live: ListedObject[] } {
  const groups = new Map<string, ListedObject[]>();
  for (const object of objects) {
    const group = object.key.slice(0, object.key.lastIndexOf('/'));
    groups.set(group, [...(groups.get(group) ?? []), object]);
  }
  const [stale, live]: [ListedObject[], ListedObject[]] = [[], []];
  for (const [group, members] of groups) {
    const [, key = '', attempts] = group.split('/');
    const isFinished = attempts === 'shared' && ages.finishedKeys.has(key);
    const isOld = Math.max(...members.map((object) => object.modifiedMs)) < ages.beforeMs;
    (isFinished || isOld ? stale : live).push(...members);
  }
  return { stale, live };
}
