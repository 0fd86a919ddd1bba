/** The run: a spec in, sixteen steps in the order of the step table, references out. */
import { allHandlersFinished, ApplicationFailure, CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import { parseRunSpec } from '../pipeline/config.js';
import type { RunResult } from '../pipeline/run-status.js';
import { makeNotices } from './notices.js';
import { registerHandlers } from './run-handlers.js';
import { failureOf } from './failure-of.js';
import { runStage } from './run-stage.js';
import type { RunContext } from './run-stage.js';
import { RunState } from './run-state.js';
import { runFailure, runSteps } from './run-steps.js';
import { planActivities } from './step-activities.js';

/**
 * Trains, validates and saves one model.
 * @param input the run spec: one JSON object, `{}` is valid
 */
export async function trainPipeline(input: unknown): Promise<RunResult> {
  const run = new RunState();
  const parsed = parseRunSpec(input);
  if (parsed.ok) run.spec = parsed.spec;
  // Before the first await, as a query or update may come with the first task; after the spec, as an update is checked against it at once.
  registerHandlers(run);
  if (!parsed.ok) {
    run.close('Failed', 'InvalidSpec');
    throw ApplicationFailure.nonRetryable(`InvalidSpec: ${parsed.problems.join('; ')}`, 'InvalidSpec');
  }
  const context: RunContext = { run, notices: makeNotices(run) };
  const startedMs = Date.now();
  try {
    await makePlan(context);
    const results = await runSteps(context);
    run.close('Succeeded', null);
    const record = await recordRun(run);
    context.notices.send('completed', null);
    await settle(context);
    const saving = results.at(-1);
    return {
      state: 'Succeeded',
      planHash: run.planHash ?? '',
      steps: results,
      report: saving?.artifacts.find((artifact) => artifact.name === 'report.html') ?? null,
      bundle: saving?.artifacts.find((artifact) => artifact.kind === 'bundle') ?? null,
      version: record.version,
      seconds: (Date.now() - startedMs) / 1000,
    };
  } catch (error) {
    const state = isCancellation(error) ? 'Canceled' : 'Failed';
    run.close(state, run.failure?.error.type ?? failureOf(error).type);
    await CancellationScope.nonCancellable(async () => {
      // The record is written even when the run was canceled; a run without a plan has nothing to record.
      if (run.plan !== null) await recordRun(run);
      if (state === 'Failed') context.notices.send('failed', run.failure?.stage ?? null);
      await settle(context);
    });
    throw error;
  }
}

async function makePlan(context: RunContext): Promise<void> {
  const { run } = context;
  const plan = async (): Promise<void> => {
    const { plan: resolved, planHash, notifies } = await planActivities.resolvePlan(run.spec);
    run.notifies = notifies ?? false;
    run.planned(resolved, planHash);
  };
  try {
    await runStage({ id: 'plan', work: plan }, context);
  } catch (error) {
    throw run.failure === null ? error : runFailure(run);
  }
}

/** A run ends once its notices are out and no update is left without its answer. */
async function settle({ notices }: RunContext): Promise<void> {
  await notices.settled();
  await condition(allHandlersFinished);
}

async function recordRun(run: RunState): Promise<{ version: string | null }> {
  const { workflowId, runId } = workflowInfo();
  const status = run.status();
  // The record names manifests, which list the artifacts: payloads stay small.
  const steps = status.steps.map((step) => ({
    ...step,
    result: step.result === null ? null : { ...step.result, artifacts: step.result.artifacts.filter(({ kind }) => kind === 'bundle') },
  }));
  return planActivities.recordRun({ workflowId, runId, status: { ...status, steps }, planHash: run.planHash ?? '' });
}
