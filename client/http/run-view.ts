/** A run as the HTTP trigger shows it. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { RunStatus } from '../../pipeline/run-status.js';
import { WORKFLOW_TYPES } from '../../pipeline/run-status.js';
import type { ActivityProgress, RunSnapshot } from '../run-events.js';
import type { RUN_STATES } from './contract.js';
import { HttpProblem } from './problem.js';

export type RunStateName = (typeof RUN_STATES)[number];

export interface RunView {
  readonly workflowId: string;
  readonly runId: string;
  readonly state: RunStateName;
  readonly status: string;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly progress: RunStatus | null;
  readonly activities: readonly ActivityProgress[];
  readonly unanswered: string | null;
}

/** Temporal's description of a run. @throws HttpProblem (404) where the id is of no run of ours: other workflows are none of a caller's business */
export async function describeRun(client: Client, workflowId: string): Promise<WorkflowExecutionDescription> {
  const description = await client.workflow.getHandle(workflowId).describe();
  if (description.type !== WORKFLOW_TYPES.trainPipeline) throw new HttpProblem(404, 'no such run');
  return description;
}

/** What a closed run is, by Temporal's status; an open one says so itself. */
const CLOSED: Readonly<Record<string, RunStateName>> = {
  COMPLETED: 'Succeeded',
  CANCELLED: 'Canceled',
  FAILED: 'Failed',
  TERMINATED: 'Failed',
  TIMED_OUT: 'Failed',
};

/** State of a run by Temporal's status where it is closed, else by what it says of itself. */
export function stateOf(description: WorkflowExecutionDescription, progress: RunStatus | null = null): RunStateName {
  const attribute = description.searchAttributes['RunState']?.[0] as RunStateName | undefined;
  return CLOSED[description.status.name] ?? progress?.state ?? attribute ?? 'Running';
}

/** The view of a run. */
export function runView(description: WorkflowExecutionDescription, snapshot: RunSnapshot): RunView {
  return {
    workflowId: description.workflowId,
    runId: description.runId,
    state: stateOf(description, snapshot.status),
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    closedAt: description.closeTime?.toISOString() ?? null,
    progress: snapshot.status,
    activities: snapshot.activities,
    unanswered: snapshot.unanswered,
  };
}
