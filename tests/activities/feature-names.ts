/** Which features a run over files computes: steps 1 to 4 by their own functions. */
import type { TestContext } from 'node:test';
import { prepareAnalystData } from '../../activities/analyst-labeling-feature-engineering.js';
import { memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepFunction } from '../../pipeline/step-context.js';
import { analystLabelingFeatureEngineering } from '../../pipeline/steps/analyst-labeling-feature-engineering.js';
import { chainPorts } from '../support/chain-run.js';
import { runDataSteps } from './data-steps.js';

/** The columns of step 4's features. */
export async function featureNames(t: TestContext, plan: RunPlan): Promise<readonly string[]> {
  const memory = await runDataSteps(t, plan, { count: 3 });
  await runStepInProcess({ definition: analystLabelingFeatureEngineering, run: prepareAnalystData as StepFunction }, plan, {
    memory,
    ports: chainPorts(),
    execution: { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 512, featureCache: false, sourceFiles: {} },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
  return Object.keys((await memoryInputs(memory).table('analyst-labeling-feature-engineering', 'features', 'ares.features')).columns);
}
