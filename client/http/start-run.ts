/** Starts the run of a remote caller exactly once per idempotency key. */
import { createHash, randomBytes } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import type { RunSpec, RunSpecInput } from '../../pipeline/config.js';
import { parseRunSpec } from '../../pipeline/config.js';
import { TASK_QUEUES, WORKFLOW_TYPES } from '../../pipeline/run-status.js';
import type { StartedRun } from '../ares-client.js';
import { HttpProblem } from './problem.js';

export interface StartRequest {
  readonly input: RunSpecInput;
  readonly spec: RunSpec;
  /** Name of the token. */
  readonly caller: string;
  /** Null: a run of its own. */
  readonly idempotencyKey: string | null;
}

/**
 * A new run, or the one that the key has already. However many requests with one key come at once, the server starts one and refuses
 * the others, which adopt it. A run that failed, was canceled or terminated is started anew.
 * @throws HttpProblem (422) when the key belongs to a run of another spec
 */
export async function startRun(client: Client, request: StartRequest): Promise<StartedRun> {
  const { input, spec, caller, idempotencyKey } = request;
  const workflowId = idempotencyKey === null ? `train-${spec.symbol}-${randomBytes(5).toString('hex')}` : keyedWorkflowId(caller, idempotencyKey);
  try {
    const handle = await client.workflow.start(WORKFLOW_TYPES.trainPipeline, {
      taskQueue: TASK_QUEUES.workflow,
      workflowId,
      args: [input],
      // The server decides who is first; UseExisting would tell every caller that it was.
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      memo: { spec: input, startedBy: { trigger: 'http', caller, ...(idempotencyKey === null ? {} : { idempotencyKey }) } },
      staticSummary: `${spec.symbol} ${spec.market}, ${spec.preset}, ${spec.source}`,
    });
    return { workflowId, runId: handle.firstExecutionRunId, adopted: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return adoptRun(client, workflowId, spec);
  }
}

async function adoptRun(client: Client, workflowId: string, spec: RunSpec): Promise<StartedRun> {
  const { runId, memo } = await client.workflow.getHandle(workflowId).describe();
  const theirs = parseRunSpec(memo?.['spec']);
  if (!theirs.ok || canonicalJson(theirs.spec) !== canonicalJson(spec)) {
    throw new HttpProblem(422, `the Idempotency-Key belongs to run ${workflowId}, which was started with another spec; use a new key`, {
      problems: [{ field: 'Idempotency-Key', detail: 'expected a key that no other spec has used' }],
    });
  }
  return { workflowId, runId, adopted: true };
}

/** The workflow id of a caller's key: one caller cannot meet another's runs by guessing its keys. */
export function keyedWorkflowId(caller: string, idempotencyKey: string): string {
  return `${caller}-${createHash('sha256').update(`${caller}\0${idempotencyKey}`).digest('hex').slice(0, 32)}`;
}
