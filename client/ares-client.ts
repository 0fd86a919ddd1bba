/** Start, watch, query and cancel training runs: the library under the `ares` command. */
import { randomBytes } from 'node:crypto';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import type { RunSpecInput } from '../pipeline/config.js';
import { parseRunSpec } from '../pipeline/config.js';
import type { PlanForecast, RunResult, RunStatus } from '../pipeline/run-status.js';
import { TASK_QUEUES, WORKFLOW_TYPES } from '../pipeline/run-status.js';
import type { UpdateInput } from '../pipeline/operator-updates.js';
import type { ResumedRun, ResumeOptions } from './operate-run.js';
import { parkedStage, resumeRun, sendUpdate } from './operate-run.js';
import { pendingProgress } from './pending-activities.js';
import type { RunEnd, RunError, RunSnapshot } from './run-events.js';

const QUERY_TIMEOUT_MS = 5_000;
const POLL_MS = 500;
/** Planning hashes a folder of files at the first time: minutes for hundreds of them. */
const PLAN_LIMIT = '30 minutes';

export interface StartedRun {
  readonly workflowId: string;
  readonly runId: string;
  /** True when a run of that id was running or had succeeded before: nothing new was started. */
  readonly adopted: boolean;
}

export interface RunListing {
  readonly workflowId: string;
  readonly runId: string;
  /** Temporal's status: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT. */
  readonly status: string;
  /** Ares' own state from the search attribute RunState; null where it was never set. */
  readonly state: string | null;
  readonly symbol: string | null;
  readonly blockedStep: string | null;
  readonly startedAt: string;
  readonly closedAt: string | null;
}

export interface WatchOptions {
  /** Called at each poll, about twice a second. */
  readonly onSnapshot: (snapshot: RunSnapshot) => void;
  /** Return at a parked run (default) or wait on until an operator has answered. */
  readonly stopWhenBlocked?: boolean;
  /** Ends the watching, never the run; the promise then rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** An operator's answer to a parked step; without `step`, the only one that is parked. */
export interface StepAnswer {
  readonly step?: string;
  readonly note?: string;
}

export class AresClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Starts a run. Without an id it is a fresh one; with an id, a run of that id that is running or has succeeded is
   * taken instead, and one that failed is started anew.
   * @throws RangeError with one sentence per problem when the spec is wrong
   */
  async start(spec: RunSpecInput, workflowId?: string): Promise<StartedRun> {
    const parsed = parseRunSpec(spec);
    if (!parsed.ok) throw new RangeError(`InvalidSpec: ${parsed.problems.join('; ')}`);
    const id = workflowId ?? freshId('train', parsed.spec.symbol);
    const running = workflowId === undefined ? null : await this.#runningRunId(id);
    if (running !== null) return { workflowId: id, runId: running, adopted: true };
    try {
      const handle = await this.#client.workflow.start(WORKFLOW_TYPES.trainPipeline, {
        taskQueue: TASK_QUEUES.workflow,
        workflowId: id,
        args: [spec],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        memo: { spec },
        staticSummary: `${parsed.spec.symbol} ${parsed.spec.market}, ${parsed.spec.preset}, ${parsed.spec.source}`,
      });
      return { workflowId: id, runId: handle.firstExecutionRunId, adopted: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const { runId } = await this.#client.workflow.getHandle(id).describe();
      return { workflowId: id, runId, adopted: true };
    }
  }

  async #runningRunId(workflowId: string): Promise<string | null> {
    try {
      const found = await this.#client.workflow.getHandle(workflowId).describe();
      return found.status.name === 'RUNNING' ? found.runId : null;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** The dry run of a spec: each step with cached or not and why. Computes nothing. */
  async plan(spec: RunSpecInput): Promise<PlanForecast> {
    const forecast: PlanForecast = await this.#client.workflow.execute(WORKFLOW_TYPES.explainPlan, {
      taskQueue: TASK_QUEUES.workflow,
      workflowId: freshId('plan', String(spec.symbol ?? 'ETHUSDT')),
      args: [spec],
      // A question that nobody answers must not stay open: the asker has long gone.
      workflowExecutionTimeout: PLAN_LIMIT,
    });
    return forecast;
  }

  /** The run's own status, from a worker. @throws when no worker answers within 5 s */
  async status(workflowId: string): Promise<RunStatus> {
    return this.#query<RunStatus>(this.#client.workflow.getHandle(workflowId), 'status');
  }

  /** References of every artifact that the run has made so far. */
  async artifacts(workflowId: string): Promise<readonly ArtifactRef[]> {
    return this.#query<readonly ArtifactRef[]>(this.#client.workflow.getHandle(workflowId), 'artifacts');
  }

  /** One look at a run: status, running activities, and why the status is missing if it is. @throws WorkflowNotFoundError */
  async snapshot(workflowId: string): Promise<RunSnapshot> {
    const handle = this.#client.workflow.getHandle(workflowId);
    const [description, answer] = await Promise.all([handle.describe(), settle(this.#query<RunStatus>(handle, 'status'))]);
    return {
      workflowId,
      runId: description.runId,
      status: 'value' in answer ? answer.value : null,
      activities: pendingProgress(description.raw.pendingActivities),
      unanswered: 'error' in answer ? `no worker answered: ${messageOf(answer.error)}` : null,
      atMs: Date.now(),
    };
  }

  /** Follows a run until it ends or parks. A worker that is away for a while is waited for. @throws WorkflowNotFoundError */
  async watch(workflowId: string, options: WatchOptions): Promise<RunEnd> {
    const handle = this.#client.workflow.getHandle(workflowId);
    // A wait left open when following ends early would outlive the connection: its library retries it on a timer.
    const waiting = new AbortController();
    const end = settle(this.#client.withAbortSignal(waiting.signal, async () => handle.result() as Promise<RunResult>));
    try {
      return await this.#follow(workflowId, end, options);
    } finally {
      waiting.abort();
      await end;
    }
  }

  async #follow(workflowId: string, end: Promise<Settled<RunResult>>, options: WatchOptions): Promise<RunEnd> {
    for (;;) {
      options.signal?.throwIfAborted();
      const ended = await Promise.race([end, sleep(POLL_MS)]);
      if (ended !== undefined && 'error' in ended && !(ended.error instanceof WorkflowFailedError)) throw ended.error;
      const snapshot = await this.snapshot(workflowId);
      options.onSnapshot(snapshot);
      if (ended !== undefined) return runEnd(ended);
      if (options.stopWhenBlocked !== false && isParked(snapshot.status)) return { state: 'Blocked' };
    }
  }

  /** The run's end, without progress; a parked run ends the wait. */
  async result(workflowId: string): Promise<RunEnd> {
    return this.watch(workflowId, { onSnapshot: () => undefined });
  }

  /** Asks the run to stop; it ends as Canceled once its activities have stopped. @throws WorkflowNotFoundError */
  async cancel(workflowId: string): Promise<void> {
    await this.#client.workflow.getHandle(workflowId).cancel();
  }

  /**
   * Goes on with a parked run (retryStep) or with one that failed or was stopped (reset to its unfinished step).
   * @throws RefusedByRun where there is nothing to resume
   */
  async resume(workflowId: string, options: ResumeOptions = {}): Promise<ResumedRun> {
    return resumeRun(this.#client, workflowId, { options, status: async () => this.status(workflowId) });
  }

  /** Runs a parked step again, if need be with other parameters for it and later steps. @throws RefusedByRun */
  async retry(workflowId: string, answer: StepAnswer & Pick<UpdateInput<'retryStep'>, 'overrides'> = {}): Promise<string> {
    const { step, ...rest } = answer;
    return sendUpdate(this.#client, workflowId, { name: 'retryStep', input: { ...rest, ...(await this.#parked(workflowId, step)) } });
  }

  /** Goes on with the result that a manifest's address names, in place of a parked step's own. @throws RefusedByRun */
  async skip(workflowId: string, answer: { readonly step?: string; readonly artifact: string; readonly note: string }): Promise<string> {
    const { step, ...rest } = answer;
    return sendUpdate(this.#client, workflowId, { name: 'skipStep', input: { ...rest, ...(await this.#parked(workflowId, step)) } });
  }

  /** Ends a parked run as Failed, with the parked step's failure. @throws RefusedByRun */
  async failRun(workflowId: string, answer: StepAnswer = {}): Promise<string> {
    const { step, ...rest } = answer;
    return sendUpdate(this.#client, workflowId, { name: 'failRun', input: { ...rest, ...(await this.#parked(workflowId, step)) } });
  }

  /** Changes parameters that no started step has read. @throws RefusedByRun naming the step and the key */
  async adjust(workflowId: string, input: UpdateInput<'adjust'>): Promise<string> {
    return sendUpdate(this.#client, workflowId, { name: 'adjust', input });
  }

  /** Lets no further step start, or goes on. @throws RefusedByRun when it is so already */
  async setPaused(workflowId: string, input: UpdateInput<'setPaused'>): Promise<string> {
    return sendUpdate(this.#client, workflowId, { name: 'setPaused', input });
  }

  async #parked(workflowId: string, step: string | undefined): Promise<{ step: string; attempt: number }> {
    return parkedStage(await this.status(workflowId), { workflowId, step });
  }

  /** The newest runs, optionally of one RunState. */
  async list(options: { readonly state?: string; readonly limit: number }): Promise<readonly RunListing[]> {
    const query = `WorkflowType="${WORKFLOW_TYPES.trainPipeline}"${options.state === undefined ? '' : ` AND RunState="${options.state}"`}`;
    const runs: RunListing[] = [];
    for await (const run of this.#client.workflow.list({ query, pageSize: Math.min(options.limit, 100) })) {
      const attribute = (name: string): string | null => (run.searchAttributes[name]?.[0] as string | undefined) ?? null;
      runs.push({
        workflowId: run.workflowId,
        runId: run.runId,
        status: run.status.name,
        state: attribute('RunState'),
        symbol: attribute('Symbol'),
        blockedStep: attribute('BlockedStep'),
        startedAt: run.startTime.toISOString(),
        closedAt: run.closeTime?.toISOString() ?? null,
      });
      if (runs.length >= options.limit) break;
    }
    return runs;
  }

  async #query<T>(handle: WorkflowHandle, name: string): Promise<T> {
    return this.#client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, async () => handle.query<T>(name));
  }
}

/** True when an operator must answer before anything goes on: a step is parked and no other is at work. */
function isParked(status: RunStatus | null): boolean {
  return status?.state === 'Blocked' && !status.steps.some((step) => step.state === 'running');
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

function runEnd(ended: Settled<RunResult>): RunEnd {
  if ('value' in ended) return { state: 'Succeeded', result: ended.value };
  const cause = (ended.error as WorkflowFailedError).cause;
  return { state: cause instanceof CancelledFailure ? 'Canceled' : 'Failed', error: errorOf(cause ?? ended.error) };
}

function errorOf(cause: unknown): RunError {
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? 'Error', message: cause.message };
  if (cause instanceof TerminatedFailure) return { type: 'Terminated', message: cause.message };
  if (cause instanceof CancelledFailure) return { type: 'Canceled', message: cause.message };
  // An activity's failure (the plan's, for example) wraps the named one.
  if (cause instanceof Error && cause.cause instanceof Error) return errorOf(cause.cause);
  return cause instanceof Error ? { type: cause.name, message: cause.message } : { type: 'Error', message: String(cause) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(() => resolve(undefined), ms));
}

/** `<kind>-<symbol>-<10 random hex digits>` */
function freshId(kind: string, symbol: string): string {
  return `${kind}-${symbol}-${randomBytes(5).toString('hex')}`;
}
