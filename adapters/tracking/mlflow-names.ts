/** What MLflow accepts as names and values, and how ours are brought into that form without two becoming one. Pure but for hashing. */
import { createHash } from 'node:crypto';
import type { Figure } from '../../pipeline/report.js';

/** Longest key that every MLflow server takes. */
const KEY_CHARACTERS = 250;
/** Longest parameter that every MLflow server since 2.0 takes. */
const PARAM_CHARACTERS = 500;
const TAG_CHARACTERS = 5000;
const HASH_CHARACTERS = 8;

/** A figure and the metric key it is logged under. */
export interface NamedFigure {
  readonly key: string;
  readonly figure: Figure;
}

/**
 * A metric key for each figure, `<section>/<name>` in the characters that MLflow accepts. Figures whose keys would be equal
 * (some servers ignore case) get the beginning of a hash behind it.
 */
export function nameFigures(figures: readonly Figure[]): readonly NamedFigure[] {
  const plain = figures.map((figure) => keyOf(`${figure.section}/${figure.name}`));
  const counts = new Map<string, number>();
  for (const key of plain) counts.set(key.toLowerCase(), (counts.get(key.toLowerCase()) ?? 0) + 1);
  return figures.map((figure, i) => {
    const key = plain[i] as string;
    if (counts.get(key.toLowerCase()) === 1) return { key, figure };
    return { key: cut(key, hashOf(JSON.stringify([figure.section, figure.name, figure.source, i]))), figure };
  });
}

/** A key in MLflow's characters: letters, digits, `_`, `-`, `.`, spaces and `/` between non-empty parts. */
export function keyOf(name: string): string {
  const key = name
    .split('/')
    .map((part) =>
      part
        .replace(/[^\w.\- ]+/g, ' ')
        .replace(/ +/g, ' ')
        .trim(),
    )
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
  if (key === '') return hashOf(name);
  return key.length <= KEY_CHARACTERS ? key : cut(key, hashOf(name));
}

/** The text as a parameter: one that is too long is named by its hash and length. */
export function paramValue(text: string): string {
  return text.length <= PARAM_CHARACTERS
    ? text
    : `sha256 ${createHash('sha256').update(text).digest('hex')} of ${text.length} characters; whole in parameters.json`;
}

/** The text as a tag: one that is too long is cut, and says so. */
export function tagValue(text: string): string {
  return text.length <= TAG_CHARACTERS ? text : `${text.slice(0, TAG_CHARACTERS - 40)} (cut, ${text.length} characters)`;
}

/** Leaves of a JSON value by dotted path; lists as JSON. */
export function flatten(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? {} : { [path.join('.')]: typeof value === 'string' ? value : JSON.stringify(value) };
  }
  return Object.assign({}, ...Object.entries(value).map(([key, member]) => flatten(member, [...path, key]))) as Record<string, string>;
}

function cut(key: string, hash: string): string {
  return `${key.slice(0, KEY_CHARACTERS - HASH_CHARACTERS - 1)}-${hash}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
}
