/** Holds a spec that came over the network to the policy: no path outside the allowed folders, no address, no boundless work. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import type { RunSpec, RunSpecInput } from '../../pipeline/config.js';
import { runSpecSchema } from '../../pipeline/config.js';
import { PRESETS } from '../../pipeline/presets.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { FieldProblem } from './problem.js';
import { fieldProblems, shownValue } from './problem.js';
import type { RemoteSpecPolicy } from './remote-spec-policy.js';

export type RestrictedSpec =
  | {
      readonly ok: true;
      /** What was asked for, defaults left out, folders (`path`, `compareWith.path`) replaced by their real paths. */
      readonly input: RunSpecInput;
      readonly spec: RunSpec;
    }
  /** `invalid`: no run spec at all; `forbidden`: one that only a local caller may use. */
  | { readonly ok: false; readonly reason: 'invalid' | 'forbidden'; readonly problems: readonly FieldProblem[] };

const DAY_MS = 86_400_000;
const MINUTES_A_DAY = 1440;

/** The spec as a remote caller may start it, or what is wrong with it. One message serves all refused paths: it tells nothing of the disk. */
export async function restrictRemoteSpec(input: unknown, policy: RemoteSpecPolicy): Promise<RestrictedSpec> {
  const parsed = runSpecSchema.safeParse(input ?? {});
  if (!parsed.success) return { ok: false, reason: 'invalid', problems: fieldProblems(parsed.error.issues, input) };
  const spec = parsed.data;
  const unknownSteps = spec.cache.refresh.filter((id) => !STEPS.some((step) => step.id === id));
  if (unknownSteps.length > 0) return { ok: false, reason: 'invalid', problems: unknownSteps.map(unknownStep) };
  const { compareWith } = spec;
  const path = spec.path === undefined ? undefined : await allowedPath(spec.path, policy.roots);
  const second = compareWith?.path === undefined ? undefined : await allowedPath(compareWith.path, policy.roots);
  const problems = [
    ...(path === null ? [pathProblem('path', spec.path, policy.roots)] : []),
    ...(second === null ? [pathProblem('compareWith.path', compareWith?.path, policy.roots)] : []),
    ...hiddenAddresses(spec),
    ...sizeProblems(spec, policy),
  ];
  if (problems.length > 0) return { ok: false, reason: 'forbidden', problems };
  const real = {
    ...(typeof path === 'string' ? { path } : {}),
    ...(compareWith !== null && typeof second === 'string' ? { compareWith: { ...compareWith, path: second } } : {}),
  };
  return { ok: true, input: { ...(input as RunSpecInput | undefined), ...real }, spec: { ...spec, ...real } };
}

function unknownStep(id: string): FieldProblem {
  return { field: 'cache.refresh', detail: `expected a step id (${STEPS.map((step) => step.id).join(', ')})`, found: shownValue(id) };
}

/** The real path of a folder below one of the roots (or a root itself), links followed; null when it is anything else. */
async function allowedPath(path: string, roots: readonly string[]): Promise<string | null> {
  // A second name for a folder (.., //, %2e, \) has no use in a spec, and the next program may read it in another way.
  const isPlain = isAbsolute(path) && !/[\p{Cc}\\%]|\/\/|(^|\/)\.\.?(\/|$)/u.test(path);
  if (!isPlain || roots.length === 0) return null;
  try {
    const real = await realpath(path);
    const isInside = roots.some((root) => real === root || isBelow(relative(root, real)));
    return isInside && (await stat(real)).isDirectory() ? real : null;
  } catch {
    // Not there, or not to be looked at: the answer is the same as for a folder outside.
    return null;
  }
}

function isBelow(way: string): boolean {
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function pathProblem(field: string, path: string | undefined, roots: readonly string[]): FieldProblem {
  const detail = roots.length === 0 ? 'remote callers may name no folder here (ARES_HTTP_ROOTS is empty)' : 'expected a folder inside the allowed roots';
  return { field, detail, found: shownValue(path) };
}

/**
 * Every text but the folders that could be read as a path, an address or a way out of a key. No key of the schema needs one; a key that is
 * added later is refused here until it is thought about.
 */
function hiddenAddresses(spec: RunSpec): FieldProblem[] {
  const { path: _, compareWith, ...rest } = spec;
  const { path: __, ...second } = compareWith ?? {};
  return textsOf({ ...rest, compareWith: second }, '').flatMap(({ field, text }) =>
    /[/\\\p{Cc}%@]|\.\.|^[a-z][a-z0-9+.-]*:/iu.test(text)
      ? [{ field, detail: 'expected neither a path nor an address from a remote caller', found: shownValue(text) }]
      : [],
  );
}

function textsOf(value: unknown, field: string): { readonly field: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ field, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textsOf(member, field === '' ? key : `${field}.${key}`));
}

function sizeProblems(spec: RunSpec, { limits }: RemoteSpecPolicy): FieldProblem[] {
  const preset = PRESETS[spec.preset];
  const days = windowDays(spec);
  const combinations = spec.labels.takeProfit.length * spec.labels.stopLoss.length * spec.labels.holdingBars.length;
  const trades = spec.simulation.totalTrades ?? spec.simulation.tradesPerMinute * MINUTES_A_DAY * (days ?? 0);
  const sizes: readonly (readonly [field: string, found: number, limit: number, what: string])[] = [
    ['retentionDays', days ?? 0, limits.retentionDays, 'days of data'],
    ['maxTrials', spec.maxTrials ?? preset.maxTrials, limits.maxTrials, 'trials'],
    ['walkForwardWindows', spec.walkForwardWindows ?? preset.walkForwardWindows, limits.walkForwardWindows, 'windows'],
    ['bootstrapPaths', spec.bootstrapPaths ?? preset.bootstrapPaths, limits.bootstrapPaths, 'paths'],
    ['labels', combinations, limits.labelCombinations, 'combinations of takeProfit, stopLoss and holdingBars'],
    ['simulation.totalTrades', spec.source === 'simulator' ? trades : 0, limits.totalTrades, 'simulated trades'],
  ];
  const tooLarge = sizes
    .filter(([, found, limit]) => found > limit)
    .map(([field, found, limit, what]) => ({ field, detail: `expected at most ${limit} ${what} from a remote caller`, found: shownValue(found) }));
  if (days !== null) return tooLarge;
  return [...tooLarge, { field: 'to', detail: 'expected beside from when a remote caller names files, so that the window has a bound' }];
}

/** Days of the window; null where files are read from a date to wherever they end. */
function windowDays(spec: RunSpec): number | null {
  const days = spec.retentionDays ?? PRESETS[spec.preset].retentionDays;
  if (spec.from === undefined) return days;
  if (spec.to === undefined) return spec.source === 'files' ? null : days;
  return (Date.parse(spec.to) - Date.parse(spec.from)) / DAY_MS;
}
