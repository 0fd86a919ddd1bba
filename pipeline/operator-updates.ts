/** What operators may send to a run: one JSON object an update, as the Temporal UI, its CLI and its HTTP API send it. */
import { z } from 'zod';

const step = z.string().min(1);
const attempt = z.int().min(1);
const note = z.string().max(1000);
const overrides = z.record(z.string(), z.unknown());

/** Input of each update. `step` and `attempt` name the failure that is answered, so that a late or repeated one is refused. */
export const UPDATE_SCHEMAS = {
  retryStep: z.strictObject({ step, attempt, note: note.optional(), overrides: overrides.optional() }),
  skipStep: z.strictObject({ step, attempt, artifact: z.string().startsWith('s3://'), note: note.min(1) }),
  failRun: z.strictObject({ step, attempt, note: note.optional() }),
  setPaused: z.strictObject({ paused: z.boolean(), note: note.optional() }),
  adjust: z.strictObject({ overrides, note: note.min(1) }),
} as const;

export type UpdateName = keyof typeof UPDATE_SCHEMAS;
export type UpdateInput<Name extends UpdateName> = z.infer<(typeof UPDATE_SCHEMAS)[Name]>;

/** The line that the UI shows beside each update: what it does, and an example. */
export const UPDATE_DESCRIPTIONS: Readonly<Record<UpdateName, string>> = {
  retryStep:
    'Run a blocked step again: {"step":"data-collection","attempt":1,"note":"bucket is back"}; with other parameters for it and later steps: "overrides":{"maxTrials":5}',
  skipStep:
    'Go on with a supplied result in place of a blocked step: {"step":"data-collection","attempt":1,"artifact":"s3://.../manifests/data-collection/<key>.json","note":"why"}',
  failRun: 'End the run at a blocked step: {"step":"data-collection","attempt":1,"note":"not worth it"}',
  setPaused: 'Start no further step, or go on: {"paused":true}',
  adjust: 'Change parameters that no started step has read: {"overrides":{"maxTrials":5,"bootstrapPaths":500},"note":"why"}',
};

/** An update that the run took, and what came of it. */
export interface OperatorAction {
  readonly update: UpdateName;
  /** By the workflow's clock, ISO 8601 UTC. */
  readonly at: string;
  /** The stage it answers; null for setPaused and adjust. */
  readonly step: string | null;
  readonly attempt: number | null;
  readonly note: string | null;
  /** `refused` = the update was well formed, but its check (an activity) said no; the run stayed as it was. */
  readonly outcome: 'applied' | 'refused';
  /** What changed, or why it was refused. */
  readonly detail: string;
}

/** The shape's problems in words, or null. */
export function updateProblems(name: UpdateName, input: unknown): string | null {
  const parsed = UPDATE_SCHEMAS[name].safeParse(input);
  if (parsed.success) return null;
  return parsed.error.issues
    .map((issue) => {
      const field = issue.path.join('.') || 'input';
      const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
      return `${field}: ${issue.message}, found ${JSON.stringify(found) ?? 'nothing'}`;
    })
    .join('; ');
}
