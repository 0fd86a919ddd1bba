/** The problem that any failure of a request amounts to: ours, Fastify's, or Temporal's. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { RefusedByRun } from '../operate-run.js';
import { RETRIED, isNeverRetried } from '../../pipeline/errors.js';
import type { ProblemStatus } from './problem.js';
import { HttpProblem, PROBLEM_TITLES } from './problem.js';

/** What `error` is to the caller. Nothing of an unknown failure is told: its message goes into the log alone. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof WorkflowNotFoundError) return new HttpProblem(404, 'no such run', { cause: error });
  if (error instanceof RefusedByRun) return new HttpProblem(409, error.message, { cause: error });
  if (error instanceof WorkflowFailedError) return planProblem(error);
  const status = statusOf(error);
  if (status !== null) return new HttpProblem(status, messageOf(error), { cause: error });
  if (isTemporalAway(error)) return new HttpProblem(503, 'Temporal, or a worker of it, does not answer; try again later', { cause: error });
  return new HttpProblem(500, 'the request failed here; the log of the server says why', { cause: error });
}

/** A dry run fails like a run does: by a named failure, which is the spec's fault or the environment's. */
function planProblem(failed: WorkflowFailedError): HttpProblem {
  for (let cause: unknown = failed.cause; cause instanceof Error; cause = cause.cause) {
    const type = (cause as { readonly type?: unknown }).type;
    if (typeof type !== 'string') continue;
    if (isNeverRetried(type)) return new HttpProblem(422, `${type}: ${cause.message}`, { cause: failed });
    if ((RETRIED as readonly string[]).includes(type)) return new HttpProblem(503, `${type}: ${cause.message}`, { cause: failed });
  }
  return new HttpProblem(500, 'the dry run failed; the log of the server says why', { cause: failed });
}

/** Fastify's own refusals carry a status below 500. */
function statusOf(error: unknown): ProblemStatus | null {
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: unknown; readonly code?: unknown };
  if (typeof statusCode !== 'number' || statusCode >= 500 || (code !== undefined && !String(code).startsWith('FST_'))) return null;
  return statusCode in PROBLEM_TITLES ? (statusCode as ProblemStatus) : 400;
}

/** By name and gRPC code: the SDK wraps some of gRPC's errors and hands on others. */
function isTemporalAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'ServiceError' ||
    error.name === 'QueryRejectedError' ||
    typeof (error as { readonly code?: unknown }).code === 'number' ||
    isTemporalAway(error.cause)
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
