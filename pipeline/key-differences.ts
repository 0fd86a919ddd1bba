/** Which parts of two step keys differ, by name: why a recomputed result has another key. */
import { canonicalJson } from './canonical-json.js';

/** One part of a key, down to the parameter, in which two keys differ. */
export interface KeyDifference {
  /** `code`, `natives.tensor-backend`, `parameters.costs.takerFeeBps` ... */
  readonly path: string;
  readonly recorded: unknown;
  readonly found: unknown;
}

/** The differences in key order; a member that one side lacks counts with undefined. */
export function keyDifferences(recorded: Readonly<Record<string, unknown>>, found: Readonly<Record<string, unknown>>): readonly KeyDifference[] {
  return differences(recorded, found, '');
}

function differences(recorded: unknown, found: unknown, path: string): readonly KeyDifference[] {
  if (isObject(recorded) && isObject(found)) {
    const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort();
    return names.flatMap((name) => differences(recorded[name], found[name], path === '' ? name : `${path}.${name}`));
  }
  return textOf(recorded) === textOf(found) ? [] : [{ path, recorded, found }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return value === undefined ? 'none' : canonicalJson(value);
}

/** A difference in words, for people. */
export function describeKeyDifference({ path, recorded, found }: KeyDifference): string {
  return `${path}: recorded ${textOf(recorded)}, now ${textOf(found)}`;
}
