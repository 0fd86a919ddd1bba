/** A plan with other parameters for the steps that have not started: what `adjust` and retryStep's `overrides` do. */
import { canonicalJson } from './canonical-json.js';
import type { RunSpec } from './config.js';
import { parseRunSpec } from './config.js';
import type { RunPlan } from './plan.js';
import { embargoOf, resolveSettings } from './plan.js';
import type { StepDefinition } from './step-definition.js';
import type { StepId } from './steps/index.js';
import { stepById, STEPS } from './steps/index.js';

export type Overrides = Readonly<Record<string, unknown>>;
export type Adjusted<T> =
  | { readonly ok: true; readonly value: T; readonly changes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Keys that fix the run's data, dates and randomness: another value is another run. What is collected was looked for when the plan was made. */
const FIXED_KEYS = [
  'symbol',
  'exchange',
  'market',
  'preset',
  'source',
  'path',
  'series',
  'external',
  'pairs',
  'quotes',
  'compareWith',
  'from',
  'to',
  'retentionDays',
  'timeframe',
  'seed',
  'simulation',
  'segments',
  'champion',
  'backend',
  'gpuMemoryLimitMiB',
] as const;

/** The spec with overrides on top; objects are merged by key, lists replaced. */
export function adjustSpec(spec: RunSpec, overrides: Overrides): Adjusted<RunSpec> {
  const merged: Record<string, unknown> = { ...spec };
  for (const [key, value] of Object.entries(overrides)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
  const parsed = parseRunSpec(merged);
  if (!parsed.ok) return parsed;
  const unknown = parsed.spec.cache.refresh.filter((id) => !STEPS.some((step) => step.id === id));
  if (unknown.length > 0) return { ok: false, problems: unknown.map((id) => `cache.refresh: unknown step ${JSON.stringify(id)}`) };
  const changes = changedKeys(spec, parsed.spec).map((key) => `${key}: ${textOf(spec, key)} -> ${textOf(parsed.spec, key)}`);
  if (changes.length === 0) return { ok: false, problems: [`overrides: they change nothing, found ${JSON.stringify(overrides)}`] };
  return { ok: true, value: parsed.spec, changes };
}

/**
 * The plan with overrides on top: source, window and segments stay, and no step that has started (is running or done)
 * may read a parameter that changes.
 */
export function adjustPlan(plan: RunPlan, overrides: Overrides, started: readonly StepId[]): Adjusted<RunPlan> {
  const adjusted = adjustSpec(plan.spec, overrides);
  if (!adjusted.ok) return adjusted;
  const spec = adjusted.value;
  const changed = changedKeys(plan.spec, asSought(spec, plan.spec));
  const problems = changed
    .filter((key) => (FIXED_KEYS as readonly string[]).includes(key))
    .map((key) => `${key}: fixed when the run began (${textOf(plan.spec, key)}); start another run for ${textOf(spec, key)}`);
  if (problems.length > 0) return { ok: false, problems };
  if (spec.device === 'gpu' && plan.settings.device !== 'gpu')
    return { ok: false, problems: ['device: whether a GPU worker is there is settled when a run begins, and this one found none; start another run'] };
  const settings = resolveSettings(spec);
  const value: RunPlan = {
    ...plan,
    spec,
    settings: { ...plan.settings, ...settings, device: settings.device === 'auto' ? plan.settings.device : settings.device },
  };
  if (embargoOf(spec, settings.timeframe) !== plan.embargoMs)
    return { ok: false, problems: ['labels.holdingBars: its largest value is the embargo between the segments, whose dates are fixed when a run begins'] };
  const read = started.flatMap((id) => readProblems(id, plan, value));
  return read.length > 0 ? { ok: false, problems: read } : { ok: true, value, changes: adjusted.changes };
}

/** The spec with what needs no file that was not looked for as it was before: a series or a second source left out, a disagreement answered otherwise. */
function asSought(spec: RunSpec, before: RunSpec): RunSpec {
  const isLess = spec.external.every((name) => before.external.includes(name));
  const second = before.compareWith;
  const compareWith =
    spec.compareWith === null || second === null ? (second ?? spec.compareWith) : { ...spec.compareWith, onDisagreement: second.onDisagreement };
  return { ...spec, external: isLess ? before.external : spec.external, compareWith };
}

/** Parameters (and units) that a started step has read and that would change. */
function readProblems(id: StepId, before: RunPlan, after: RunPlan): string[] {
  const definition: StepDefinition = stepById(id);
  const reads = (plan: RunPlan): Record<string, unknown> => ({ ...(definition.parameters(plan) as object), units: definition.units?.(plan) ?? [] });
  const [old, next] = [reads(before), reads(after)];
  return Object.keys({ ...old, ...next })
    .filter((key) => canonicalJson(old[key] ?? null) !== canonicalJson(next[key] ?? null))
    .map((key) => `step ${id} has started and reads ${key}: ${brief(old[key])} would become ${brief(next[key])}`);
}

function changedKeys(before: RunSpec, after: RunSpec): string[] {
  return Object.keys({ ...before, ...after }).filter((key) => canonicalJson(valueAt(before, key)) !== canonicalJson(valueAt(after, key)));
}

function valueAt(spec: RunSpec, key: string): unknown {
  return (spec as unknown as Record<string, unknown>)[key] ?? null;
}

function textOf(spec: RunSpec, key: string): string {
  const value = valueAt(spec, key);
  return value === null ? 'as the preset says' : brief(value);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
