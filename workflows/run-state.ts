/** What a run knows of itself: step states, operator answers, and their copies in search attributes and UI text. */
import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { StepResult } from '../pipeline/artifacts.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { RunStatus, StepFailure, StepStatus } from '../pipeline/run-status.js';
import { SEARCH_ATTRIBUTES } from '../pipeline/search-attributes.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import { currentDetails } from './current-details.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface RunState {
  readonly planHash: string | null;
  readonly plan: RunPlan | null;
  paused: boolean;
  /** Operator's answer for a parked step, keyed `<step>#<attempt>`. */
  readonly answers: Map<string, 'retry' | 'fail'>;
  /** Set when a step failed for good: no step starts after it. */
  failure: { readonly step: StepId; readonly error: StepFailure } | null;
  step(id: StepId): Mutable<StepStatus>;
  begin(plan: RunPlan, planHash: string): void;
  running(id: StepId): void;
  done(id: StepId, result: StepResult): void;
  blocked(id: StepId, error: StepFailure): void;
  failed(id: StepId, error: StepFailure): void;
  skipped(id: StepId): void;
  setPaused(paused: boolean): void;
  status(): RunStatus;
  close(state: RunStatus['state'], errorType: string | null): void;
  failureType(error: unknown): string;
}

/** A run with every step waiting. */
export function makeRunState(): RunState {
  const steps = STEPS.map(
    (step): Mutable<StepStatus> => ({ id: step.id, title: step.title, state: 'waiting', attempt: 0, result: null, error: null, resetEvent: null }),
  );
  let closed: RunStatus['state'] | null = null;
  const find = (id: StepId): Mutable<StepStatus> => steps.find((step) => step.id === id) as Mutable<StepStatus>;
  const state: Mutable<RunState> = {
    planHash: null,
    plan: null,
    paused: false,
    answers: new Map(),
    failure: null,
    step: find,
    begin: (plan, planHash) => {
      state.plan = plan;
      state.planHash = planHash;
      upsertSearchAttributes([
        { key: SEARCH_ATTRIBUTES.Pipeline, value: 'ares' },
        { key: SEARCH_ATTRIBUTES.Symbol, value: plan.spec.symbol },
        { key: SEARCH_ATTRIBUTES.Exchange, value: plan.spec.exchange },
        { key: SEARCH_ATTRIBUTES.SpecHash, value: planHash },
        { key: SEARCH_ATTRIBUTES.RunState, value: 'Running' },
      ]);
      publish();
    },
    running: (id) => {
      const step = find(id);
      Object.assign(step, { state: 'running', attempt: step.attempt + 1, error: null, resetEvent: workflowInfo().historyLength + 1 });
      publish();
    },
    done: (id, result) => {
      Object.assign(find(id), { state: 'done', result, error: null });
      publish();
    },
    blocked: (id, error) => {
      Object.assign(find(id), { state: 'blocked', error });
      upsertSearchAttributes([
        { key: SEARCH_ATTRIBUTES.RunState, value: 'Blocked' },
        { key: SEARCH_ATTRIBUTES.BlockedStep, value: id },
        { key: SEARCH_ATTRIBUTES.ErrorType, value: error.type },
      ]);
      publish();
    },
    failed: (id, error) => {
      Object.assign(find(id), { state: 'failed', error });
      state.failure ??= { step: id, error };
      publish();
    },
    skipped: (id) => void Object.assign(find(id), { state: 'skipped' }),
    setPaused: (paused) => {
      state.paused = paused;
      publish();
    },
    status: () => ({ state: closed ?? openState(), steps, blocked: steps.filter((step) => step.state === 'blocked').map((step) => step.id), plan: state.plan }),
    close: (final, errorType) => {
      closed = final;
      upsertSearchAttributes([
        { key: SEARCH_ATTRIBUTES.RunState, value: final },
        { key: SEARCH_ATTRIBUTES.StepsDone, value: steps.filter((step) => step.state === 'done').length },
        ...(errorType === null ? [] : [{ key: SEARCH_ATTRIBUTES.ErrorType, value: errorType }]),
      ]);
      publish();
    },
    failureType: (error) => state.failure?.error.type ?? failureTypeOf(error),
  };
  const openState = (): RunStatus['state'] => {
    if (steps.some((step) => step.state === 'blocked')) return 'Blocked';
    return state.paused ? 'Paused' : 'Running';
  };
  const publish = (): void => setCurrentDetails(currentDetails(state.status()));
  return state;
}

/** Failure type by which a failed plan activity or a cancellation is known. */
function failureTypeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof ApplicationFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return cause.type ?? 'Error';
  return cause instanceof Error ? cause.name : 'Error';
}
