/** What a failure is called: the name and message below Temporal's wrapping. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { StepFailure } from '../pipeline/stage.js';

/** The named failure below an activity's. */
export function failureOf(error: unknown): StepFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? 'Error', message: cause.message };
  return cause instanceof Error ? { type: cause.name, message: cause.message } : { type: 'Error', message: String(cause) };
}
