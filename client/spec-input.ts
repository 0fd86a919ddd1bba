/** The run spec of a command line: --spec (a file, a JSON text, or - for standard input) with the flags on top. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunSpec, RunSpecInput } from '../pipeline/config.js';
import { parseRunSpec } from '../pipeline/config.js';
import { STEPS } from '../pipeline/steps/index.js';
import { CommandFailure, EXIT_CODES } from './exit-codes.js';
import type { SpecFlag } from './spec-flags.js';

/** Values as commander hands them over, by flag: true = given without a value. */
export type FlagValues = Readonly<Record<string, string | true | readonly string[] | undefined>>;

type SpecObject = { [key: string]: unknown };

export interface CheckedSpec {
  /** What was asked for, defaults left out: this is sent to the server. */
  readonly input: RunSpecInput;
  readonly spec: RunSpec;
}

/**
 * The checked spec.
 * @throws CommandFailure (bad input) naming each key and the value found
 */
export function readSpecInput(specText: string | undefined, values: FlagValues, flags: readonly SpecFlag[]): CheckedSpec {
  const input = specText === undefined ? {} : parseSpecText(specText);
  for (const { flag, path, type } of flags) {
    const value = values[flag];
    if (value !== undefined) setAt(input, path, convert(value, type));
  }
  // The worker may run in another folder: a relative path means the caller's.
  for (const holder of [input, input['compareWith']])
    if (isObject(holder) && typeof holder['path'] === 'string' && holder['path'] !== '') holder['path'] = resolve(holder['path']);
  const parsed = parseRunSpec(input);
  if (!parsed.ok) throw badInput(parsed.problems);
  const unknownSteps = parsed.spec.cache.refresh.filter((id) => !STEPS.some((step) => step.id === id));
  if (unknownSteps.length > 0)
    throw badInput(unknownSteps.map((id) => `cache.refresh: expected a step id (${STEPS.map((step) => step.id).join(', ')}), found ${JSON.stringify(id)}`));
  return { input: input as RunSpecInput, spec: parsed.spec };
}

function badInput(problems: readonly string[]): CommandFailure {
  return new CommandFailure(EXIT_CODES.badInput, `InvalidSpec: ${problems.join('; ')}`);
}

function parseSpecText(specText: string): SpecObject {
  const isJson = specText.trimStart().startsWith('{');
  const source = isJson ? '--spec' : `--spec ${specText}`;
  let value: unknown;
  try {
    value = JSON.parse(isJson ? specText : readFileSync(specText === '-' ? 0 : specText, 'utf8'));
  } catch (error) {
    throw new CommandFailure(EXIT_CODES.badInput, `${source}: expected a JSON object or a file of one: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(value)) throw badInput([`${source}: expected a JSON object, found ${JSON.stringify(value)}`]);
  return value;
}

function isObject(value: unknown): value is SpecObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text that is no number stays text, so that the schema refuses it by key and value. */
function convert(value: string | true | readonly string[], type: SpecFlag['type']): unknown {
  if (type === 'boolean') return value === true || value === 'true' ? true : value === 'false' ? false : value;
  if (type === 'number') return typeof value === 'string' ? toNumber(value) : value;
  if (type === 'text') return value;
  const items = (typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [])
    .flatMap((text) => text.split(','))
    .map((text) => text.trim());
  return type === 'numbers' ? items.map(toNumber) : items;
}

function toNumber(text: string): number | string {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function setAt(target: SpecObject, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const member = target[key];
  const inner: SpecObject = isObject(member) ? { ...member } : {};
  setAt(inner, rest, value);
  target[key] = inner;
}
