/** What a run knows of itself: stage states, operator answers, and their copies in search attributes and UI text. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { StepResult } from '../pipeline/artifacts.js';
import type { RunSpec } from '../pipeline/config.js';
import type { OperatorAction } from '../pipeline/operator-updates.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { NoticeRecord } from '../pipeline/run-notice.js';
import type { RunStatus, StepStatus } from '../pipeline/run-status.js';
import type { StageId, StageStatus, StepFailure } from '../pipeline/stage.js';
import { SEARCH_ATTRIBUTES } from '../pipeline/search-attributes.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import { currentDetails } from './current-details.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An operator's decision on a parked stage. */
export type Answer = { readonly decision: 'retry' | 'fail' } | { readonly decision: 'supply'; readonly result: StepResult };

/** The state of one run; every change goes through a method, which tells the UI and the search attributes. */
export class RunState {
  plan: RunPlan | null = null;
  planHash: string | null = null;
  paused = false;
  /** True when the worker has a channel for notices; null while no worker has said. */
  notifies: boolean | null = null;
  /** The first failure for good: no step starts after it. */
  failure: { readonly stage: StageId; readonly error: StepFailure } | null = null;
  readonly #answers = new Map<string, Answer | 'pending'>();
  readonly #planning: Mutable<StageStatus> = { state: 'waiting', attempt: 0, error: null, resetEvent: null };
  readonly #steps: Mutable<StepStatus>[] = STEPS.map((step) => ({
    id: step.id,
    title: step.title,
    state: 'waiting',
    attempt: 0,
    result: null,
    supplied: false,
    error: null,
    resetEvent: null,
  }));
  readonly #actions: OperatorAction[] = [];
  readonly #notices: NoticeRecord[] = [];
  readonly #written = new Map<string, string | number | null>();
  #spec: RunSpec | null = null;
  #closed: { readonly state: RunStatus['state']; readonly errorType: string | null } | null = null;

  /** The spec, as the caller gave it or as operators have changed it. */
  get spec(): RunSpec {
    if (this.#spec === null) throw new Error('Invariant: the spec was asked for before it was parsed');
    return this.#spec;
  }

  set spec(spec: RunSpec) {
    this.#spec = spec;
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  stage(id: StageId): Readonly<StageStatus> {
    return this.#find(id);
  }

  step(id: StepId): Readonly<StepStatus> {
    return this.#find(id) as StepStatus;
  }

  /** Steps whose parameters have been read: they are at work or done. */
  started(): StepId[] {
    return this.#steps.filter(({ state }) => state === 'running' || state === 'done').map(({ id }) => id);
  }

  /** The plan is there, or has been changed by an operator. */
  planned(plan: RunPlan, planHash: string): void {
    const isChanged = this.plan !== null;
    Object.assign(this.#planning, { state: 'done', error: null });
    this.plan = plan;
    this.planHash = planHash;
    this.spec = plan.spec;
    // A fresh plan's hash goes out with the first step's start.
    this.#publish({ attributes: isChanged });
  }

  running(id: StageId): number {
    const stage = this.#find(id);
    Object.assign(stage, { state: 'running', attempt: stage.attempt + 1, error: null, resetEvent: workflowInfo().historyLength + 1 });
    this.#publish({ attributes: true });
    return stage.attempt;
  }

  done(id: StepId, outcome: { readonly result: StepResult; readonly supplied: boolean }): void {
    Object.assign(this.#find(id), { state: 'done', error: null, ...outcome });
    this.#publish();
  }

  blocked(id: StageId, error: StepFailure): void {
    Object.assign(this.#find(id), { state: 'blocked', error });
    this.#publish({ attributes: true });
  }

  failed(id: StageId, error: StepFailure): void {
    Object.assign(this.#find(id), { state: 'failed', error });
    this.failure ??= { stage: id, error };
    this.#publish();
  }

  skipped(id: StepId): void {
    Object.assign(this.#find(id), { state: 'skipped' });
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.#publish({ attributes: true });
  }

  /** The answer to a parked stage at its present attempt: null = none yet, pending = one is being checked. */
  answer(id: StageId): Answer | 'pending' | null {
    return this.#answers.get(this.#answerKey(id)) ?? null;
  }

  /** Gives a parked stage its answer; null takes a pending one back. */
  setAnswer(id: StageId, answer: Answer | 'pending' | null): void {
    if (answer === null) this.#answers.delete(this.#answerKey(id));
    else this.#answers.set(this.#answerKey(id), answer);
  }

  noteAction(action: Omit<OperatorAction, 'at'>): void {
    this.#actions.push({ ...action, at: new Date().toISOString() });
    this.#publish();
  }

  noteNotices(records: readonly NoticeRecord[]): void {
    this.#notices.push(...records);
    this.#publish();
  }

  close(state: RunStatus['state'], errorType: string | null): void {
    this.#closed = { state, errorType };
    if (state === 'Canceled') {
      const unfinished = [this.#planning, ...this.#steps].filter((stage) => stage.state === 'running' || stage.state === 'blocked');
      for (const stage of unfinished) stage.state = 'canceled';
    }
    this.#publish({ attributes: true });
  }

  status(): RunStatus {
    const named = [{ id: 'plan' as const, stage: this.#planning }, ...this.#steps.map((step) => ({ id: step.id, stage: step }))];
    return {
      state: this.#state(),
      planning: this.#planning,
      steps: this.#steps,
      blocked: named.filter(({ stage }) => stage.state === 'blocked').map(({ id }) => id),
      current: this.#steps.filter((step) => step.state === 'running').map((step) => step.id),
      fraction: this.#doneCount() / this.#steps.length,
      plan: this.plan,
      operatorActions: this.#actions,
      notices: this.#notices,
    };
  }

  #find(id: StageId): Mutable<StageStatus> {
    return id === 'plan' ? this.#planning : (this.#steps.find((step) => step.id === id) as Mutable<StepStatus>);
  }

  #answerKey(id: StageId): string {
    return `${id}#${this.#find(id).attempt}`;
  }

  #doneCount(): number {
    return this.#steps.filter((step) => step.state === 'done').length;
  }

  #state(): RunStatus['state'] {
    if (this.#closed !== null) return this.#closed.state;
    if ([this.#planning, ...this.#steps].some((stage) => stage.state === 'blocked')) return 'Blocked';
    return this.paused ? 'Paused' : 'Running';
  }

  /** Each upsert is an event in the history, so a finished step waits for the next start to be counted. */
  #publish({ attributes = false } = {}): void {
    setCurrentDetails(currentDetails(this.status(), workflowInfo().workflowId));
    if (!attributes) return;
    const changed = this.#attributes().filter(({ key, value }) => (this.#written.get(key.name) ?? null) !== value);
    for (const { key, value } of changed) this.#written.set(key.name, value);
    if (changed.length > 0) upsertSearchAttributes(changed);
  }

  #attributes() {
    const { blocked, current, state } = this.status();
    const first = blocked[0];
    const atWork = this.#planning.state === 'running' ? 'plan' : null;
    return [
      { key: SEARCH_ATTRIBUTES.Pipeline, value: 'ares' },
      { key: SEARCH_ATTRIBUTES.Symbol, value: this.#spec?.symbol ?? null },
      { key: SEARCH_ATTRIBUTES.Exchange, value: this.#spec?.exchange ?? null },
      { key: SEARCH_ATTRIBUTES.SpecHash, value: this.planHash },
      { key: SEARCH_ATTRIBUTES.RunState, value: state },
      { key: SEARCH_ATTRIBUTES.CurrentStep, value: current[0] ?? first ?? atWork },
      { key: SEARCH_ATTRIBUTES.BlockedStep, value: first ?? null },
      { key: SEARCH_ATTRIBUTES.ErrorType, value: this.#closed?.errorType ?? (first === undefined ? null : (this.#find(first).error?.type ?? null)) },
      { key: SEARCH_ATTRIBUTES.StepsDone, value: this.#doneCount() },
    ];
  }
}
