/** Runs one stage (planning, or a step) until it is done: retries by operators, parking, supplied results. */
import { condition, isCancellation, log } from '@temporalio/workflow';
import type { StepResult } from '../pipeline/artifacts.js';
import { isNeverRetried } from '../pipeline/errors.js';
import type { StageId, StepFailure } from '../pipeline/stage.js';
import { failureOf } from './failure-of.js';
import type { Notices } from './notices.js';
import type { Answer, RunState } from './run-state.js';

/** Days that a parked stage waits for an operator before it fails. */
const PARK_LIMIT = '7 days';

export interface Stage<T> {
  readonly id: StageId;
  /** One attempt; `supplied` is an operator's result that takes its place. */
  readonly work: (attempt: number, supplied: StepResult | null) => Promise<T>;
}

export interface RunContext {
  readonly run: RunState;
  readonly notices: Notices;
}

/**
 * The stage's result.
 * @throws the last attempt's error once the stage has failed for good, or a cancellation
 */
export async function runStage<T>({ id, work }: Stage<T>, { run, notices }: RunContext): Promise<T> {
  let supplied: StepResult | null = null;
  for (;;) {
    const attempt = run.running(id);
    try {
      return await work(attempt, supplied);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = failureOf(error);
      log.warn('attempt failed', { stage: id, attempt, type: failure.type });
      // A reset keeps an activity's start but not its end: it must simply be scheduled again.
      if (failure.type === 'ResetWorkflow') continue;
      const answer = run.spec.onStepFailure === 'park' && !isNeverRetried(failure.type) ? await park(id, failure, { run, notices }) : null;
      if (answer?.decision === 'supply') supplied = answer.result;
      if (answer !== null && answer.decision !== 'fail') continue;
      run.failed(id, failure);
      throw error;
    }
  }
}

/** Waits for an operator. A failure elsewhere or the park limit counts as the answer `fail`. */
async function park(id: StageId, failure: StepFailure, { run, notices }: RunContext): Promise<Answer> {
  run.blocked(id, failure);
  notices.send('blocked', id);
  const isAnswered = (): boolean => run.answer(id) !== null && run.answer(id) !== 'pending';
  await condition(() => isAnswered() || run.failure !== null, PARK_LIMIT);
  const answer = run.answer(id);
  return answer === null || answer === 'pending' ? { decision: 'fail' } : answer;
}
