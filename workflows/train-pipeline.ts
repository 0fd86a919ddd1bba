/** The run: a spec in, sixteen steps in the order of the step table, references out. */
import { ApplicationFailure, CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import { parseRunSpec } from '../pipeline/config.js';
import type { RunResult } from '../pipeline/run-status.js';
import { planActivities } from './step-activities.js';
import { registerHandlers } from './run-handlers.js';
import { makeRunState } from './run-state.js';
import { runSteps } from './run-steps.js';

/**
 * Trains, validates and saves one model.
 * @param input the run spec: one JSON object, `{}` is valid
 */
export async function trainPipeline(input: unknown): Promise<RunResult> {
  const run = makeRunState();
  // Before the first await: a query or update may come with the first task.
  registerHandlers(run);
  const parsed = parseRunSpec(input);
  if (!parsed.ok) {
    run.close('Failed', 'InvalidSpec');
    throw ApplicationFailure.nonRetryable(`InvalidSpec: ${parsed.problems.join('; ')}`, 'InvalidSpec');
  }
  const startedMs = Date.now();
  try {
    const { plan, planHash } = await planActivities.resolvePlan(parsed.spec);
    run.begin(plan, planHash);
    const results = await runSteps(run);
    run.close('Succeeded', null);
    const record = await recordRun(run, planHash);
    const saving = results.at(-1);
    return {
      state: 'Succeeded',
      planHash,
      steps: results,
      report: saving?.artifacts.find((artifact) => artifact.name === 'report.html') ?? null,
      bundle: saving?.artifacts.find((artifact) => artifact.kind === 'bundle') ?? null,
      version: record.version,
      seconds: (Date.now() - startedMs) / 1000,
    };
  } catch (error) {
    const state = isCancellation(error) ? 'Canceled' : 'Failed';
    run.close(state, run.failureType(error));
    // The record is written even when the run was cancelled; a run without a plan has nothing to record.
    const { planHash } = run;
    if (planHash !== null) await CancellationScope.nonCancellable(async () => recordRun(run, planHash));
    throw error;
  }
}

async function recordRun(run: ReturnType<typeof makeRunState>, planHash: string): Promise<{ version: string | null }> {
  const { workflowId, runId } = workflowInfo();
  const status = run.status();
  // The record names manifests, which list the artifacts: payloads stay small.
  const steps = status.steps.map((step) => ({
    ...step,
    result: step.result === null ? null : { ...step.result, artifacts: step.result.artifacts.filter(({ kind }) => kind === 'bundle') },
  }));
  return planActivities.recordRun({ workflowId, runId, status: { ...status, steps }, planHash });
}
