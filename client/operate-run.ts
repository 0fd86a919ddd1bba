/** What an operator does to a run from outside: answers to a parked stage, pause, other parameters, and resume. */
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { UpdateInput, UpdateName } from '../pipeline/operator-updates.js';
import type { RunStatus } from '../pipeline/run-status.js';
import type { StageId } from '../pipeline/stage.js';
import { resetPoint } from './reset-point.js';

/** RESET_REAPPLY_EXCLUDE_TYPE_CANCEL_REQUEST of Temporal's API: what had stopped a run must not stop it again. */
const CANCEL_REQUEST = 4;

/** An operator's request that the run refused, or that does not fit its state. */
export class RefusedByRun extends Error {
  override readonly name = 'RefusedByRun';
}

export interface ResumeOptions {
  /** The step to go on at; by default every parked one, or the first that an ended run did not finish. */
  readonly step?: string;
  readonly note?: string;
  /** Reset to the run's start instead: on the newest code, with finished steps from the cache. */
  readonly fromStart?: boolean;
}

export interface ResumedRun {
  readonly workflowId: string;
  readonly runId: string;
  /** retried = the run was parked and goes on; reset = it had ended, and a new run id goes on from the event. */
  readonly how: 'retried' | 'reset';
  readonly steps: readonly string[];
  /** History event of a reset; null for a retry, and at the run's start. */
  readonly event: number | null;
}

/** The run's answer to an update. @throws RefusedByRun with its reason; WorkflowNotFoundError */
export async function sendUpdate<Name extends UpdateName>(
  client: Client,
  workflowId: string,
  { name, input }: { readonly name: Name; readonly input: UpdateInput<Name> },
): Promise<string> {
  try {
    return await client.workflow.getHandle(workflowId).executeUpdate<string, [UpdateInput<Name>]>(name, { args: [input] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new RefusedByRun(`run ${workflowId} refused ${name}: ${error.cause?.message ?? error.message}`, { cause: error });
  }
}

/** The stage that an answer is for: the named one, or the only one that is parked. @throws RefusedByRun */
export function parkedStage(
  status: RunStatus,
  { workflowId, step }: { readonly workflowId: string; readonly step?: string | undefined },
): { step: StageId; attempt: number } {
  const found = step === undefined ? status.blocked : status.blocked.filter((id) => id === step);
  const [id, second] = found;
  if (id === undefined)
    throw new RefusedByRun(
      `run ${workflowId} is ${status.state}${step === undefined ? '' : ` and step ${step} is not parked`}; parked: ${status.blocked.join(', ') || 'nothing'}`,
    );
  if (second !== undefined) throw new RefusedByRun(`run ${workflowId} is parked at ${found.join(' and ')}; say which one (step)`);
  return { step: id, attempt: attemptOf(status, id) };
}

/**
 * Goes on with a run: a parked one by retryStep, one that has ended (failed, canceled, terminated, timed out) by a
 * reset to the event that scheduled its unfinished step. Finished steps are not computed again.
 * @throws RefusedByRun where there is nothing to resume
 */
export async function resumeRun(
  client: Client,
  workflowId: string,
  { options, status }: { options: ResumeOptions; status: () => Promise<RunStatus> },
): Promise<ResumedRun> {
  const description = await client.workflow.getHandle(workflowId).describe();
  const about = { workflowId, runId: description.runId };
  if (description.status.name === 'COMPLETED') throw new RefusedByRun(`run ${workflowId} has succeeded; there is nothing to resume`);
  if (description.status.name === 'RUNNING' && options.fromStart !== true) return retryParked(client, about, { options, status: await status() });
  return resetRun(client, about, options);
}

interface RunAddress {
  readonly workflowId: string;
  readonly runId: string;
}

async function retryParked(client: Client, about: RunAddress, { options, status }: { options: ResumeOptions; status: RunStatus }): Promise<ResumedRun> {
  const stages = status.blocked.filter((id) => options.step === undefined || id === options.step);
  if (stages.length === 0) {
    const hint = status.state === 'Paused' ? `; ares unpause ${about.workflowId} lets it go on` : '';
    throw new RefusedByRun(
      `run ${about.workflowId} is ${status.state}, not parked${options.step === undefined ? '' : ` at ${options.step}`}; there is nothing to resume${hint}`,
    );
  }
  for (const step of stages) {
    const input = { step, attempt: attemptOf(status, step), ...(options.note === undefined ? {} : { note: options.note }) };
    await sendUpdate(client, about.workflowId, { name: 'retryStep', input });
  }
  return { ...about, how: 'retried', steps: stages, event: null };
}

async function resetRun(client: Client, about: RunAddress, options: ResumeOptions): Promise<ResumedRun> {
  const history = await client.workflow.getHandle(about.workflowId, about.runId).fetchHistory();
  const point = resetPoint(history.events ?? [], options);
  if ('problem' in point) throw new RefusedByRun(`run ${about.workflowId}: ${point.problem}`);
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: about,
    reason: options.note ?? 'ares resume',
    requestId: randomUUID(),
    workflowTaskFinishEventId: point.event as never,
    resetReapplyExcludeTypes: [CANCEL_REQUEST],
  });
  return { workflowId: about.workflowId, runId, how: 'reset', steps: point.steps, event: options.fromStart === true ? null : point.event };
}

function attemptOf(status: RunStatus, id: StageId): number {
  return id === 'plan' ? status.planning.attempt : (status.steps.find((step) => step.id === id)?.attempt ?? 1);
}
