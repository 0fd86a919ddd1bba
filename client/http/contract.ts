/** What the HTTP trigger takes and answers, as zod schemas: requests are checked by them, and OpenAPI is made from them. */
import { z } from 'zod';
import { artifactRefSchema } from '../../pipeline/artifacts.js';

/** States of a run, as the search attribute RunState has them. */
export const RUN_STATES = ['Running', 'Blocked', 'Paused', 'Succeeded', 'Failed', 'Canceled'] as const;

/** Longest wait for a result in one request, in seconds. */
export const LONGEST_WAIT_SECONDS = 60;
const MOST_RUNS = 200;

const state = z.enum(RUN_STATES);
const time = z.iso.datetime();
const workflowId = z.string().min(1).max(1000);
/** A whole number out of a query string. */
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

export const runParams = z.strictObject({ id: workflowId });
export const startHeaders = z.looseObject({
  /** RFC draft: the same key gives the same run, whoever repeats the request. */
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'expected 1 to 255 visible ASCII characters' })
    .optional(),
});
export const listQuery = z.strictObject({ state: state.optional(), limit: count(1, MOST_RUNS).optional() });
export const resultQuery = z.strictObject({ wait: count(0, LONGEST_WAIT_SECONDS).optional() });
/** Body of a resume; without a step, the one that is blocked or failed. */
export const resumeBody = z.strictObject({ step: z.string().max(100).optional(), note: z.string().max(1000).optional() });

export const startedRun = z.object({ workflowId, runId: z.string(), adopted: z.boolean() });
export const runListing = z.object({
  workflowId,
  runId: z.string(),
  status: z.string(),
  state: z.string().nullable(),
  symbol: z.string().nullable(),
  blockedStep: z.string().nullable(),
  startedAt: time,
  closedAt: time.nullable(),
});
export const runListings = z.object({ runs: z.array(runListing) });

const failure = z.object({ type: z.string(), message: z.string() });
const activity = z.object({
  step: z.string(),
  unit: z.string().nullable(),
  fraction: z.number().nullable(),
  message: z.string(),
  attempt: z.int(),
  lastFailure: z.string().nullable(),
});
const stepStatus = z.looseObject({
  id: z.string(),
  title: z.string(),
  state: z.string(),
  attempt: z.int(),
  error: failure.nullable(),
  resetEvent: z.int().nullable(),
});
const runStatus = z.looseObject({ state: z.string(), steps: z.array(stepStatus), blocked: z.array(z.string()), plan: z.looseObject({}).nullable() });
export const runView = z.object({
  workflowId,
  runId: z.string(),
  state,
  /** Temporal's own status. */
  status: z.string(),
  startedAt: time,
  closedAt: time.nullable(),
  /** What the run says of itself; null while no worker answers. */
  progress: runStatus.nullable(),
  activities: z.array(activity),
  /** Why progress is missing; null when it is not. */
  unanswered: z.string().nullable(),
});
export const runEnd = z.object({ workflowId, state, result: z.looseObject({}).nullable(), error: failure.nullable() });
export const pendingResult = z.object({ workflowId, state });
export const artifacts = z.object({ artifacts: z.array(artifactRefSchema) });
export const cancelRequested = z.object({ workflowId, cancelRequested: z.literal(true) });
export const resumedRun = z.object({
  workflowId,
  runId: z.string(),
  /** retried = it was parked and goes on; reset = it had ended, and a new run id goes on. */
  how: z.enum(['retried', 'reset']),
  steps: z.array(z.string()),
  event: z.int().nullable(),
});
export const forecast = z.object({
  plan: z.looseObject({}),
  steps: z.array(z.object({ id: z.string(), cached: z.boolean(), reason: z.string(), key: z.string().nullable() })),
});
export const health = z.object({ status: z.literal('ok') });
export const events = z.string().meta({ description: 'server-sent events: progress (each change), then one of end or blocked' });
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  problems: z.array(z.object({ field: z.string(), detail: z.string(), found: z.string().optional() })).optional(),
});
