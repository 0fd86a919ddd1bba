/** A compute child: builds the adapters anew, reads a job's inputs, runs the step's function, stages its outputs. */
import workerpool from 'workerpool';
import { STEP_FUNCTIONS } from '../activities/index.js';
import { resolveSource } from '../activities/resolve-source.js';
import type { ComputeAnswer, ComputeJob } from '../activities/step-runner.js';
import { makeStepInputs, makeStepOutputs } from '../adapters/step-files/index.js';
import { deriveSeed } from '../core/stats/random.js';
import { NO_CHECKPOINT } from '../pipeline/checkpoint.js';
import type { RunSpec } from '../pipeline/config.js';
import { resolveSettings } from '../pipeline/plan.js';
import type { StepContext, StepDefinition, StepFunction } from '../pipeline/step.js';
import { stepById } from '../pipeline/steps/index.js';
import { openStore } from './artifact-store.js';
import { makeFeatureCache } from './feature-cache.js';
import { makeStepPorts } from './step-ports.js';
import { dieWithParent } from './die-with-parent.js';

const MEBIBYTE = 1024 * 1024;
/** A child is never told to stop: the pool kills it, and its staging folder is dropped. */
const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

dieWithParent();
const store = openStore(process.env);
const features = makeFeatureCache();
const portsFor = makeStepPorts(store, features);
workerpool.worker({
  computeStep: async (job: ComputeJob) => reply(async () => computeStep(job)),
  resolveSource: async (spec: RunSpec) => reply(async () => ({ resolved: await resolveSource(spec, resolveSettings(spec), portsFor(null)) })),
});

async function computeStep(job: ComputeJob): Promise<ComputeAnswer> {
  const definition: StepDefinition = stepById(job.step);
  const outputs = makeStepOutputs(job.stagingFolder, { memoryLimitMiB: job.execution.memoryLimitMiB, chunkRows: job.execution.chunkRows });
  let [rowsIn, rowsOut] = [0, 0];
  const hitsBefore = features.hits;
  const context: StepContext = {
    parameters: definition.parameters(job.plan),
    unit: job.unit,
    units: job.units,
    inputs: makeStepInputs(store, job.inputs),
    outputs,
    ports: portsFor(job.plan),
    execution: job.execution,
    signal: NEVER_ABORTED,
    checkpoint: NO_CHECKPOINT,
    seed: (...path) => deriveSeed(job.plan.spec.seed, job.step, ...path),
    progress: (fraction, message) => workerpool.workerEmit({ fraction, message }),
    count: (rows) => {
      rowsIn += rows.rowsIn ?? 0;
      rowsOut += rows.rowsOut ?? 0;
    },
  };
  await (STEP_FUNCTIONS[job.step] as StepFunction)(context as StepContext<never>);
  return { staged: outputs.staged(), rowsIn, rowsOut, featureCacheHits: features.hits - hitsBefore };
}

/** Failures travel as values, so that their names survive the process border. */
async function reply<T>(work: () => Promise<T>): Promise<{ result: unknown; residentMiB: number }> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    result = { failure: { name, message, stack: stack ?? '' } };
  }
  return { result, residentMiB: Math.round(process.memoryUsage().rss / MEBIBYTE) };
}
