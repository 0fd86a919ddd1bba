/** A compute child: builds the adapters anew, reads a job's inputs, runs the step's function, stages its outputs. */
import workerpool from 'workerpool';
import { STEP_FUNCTIONS } from '../activities/index.js';
import { readEveryArtifact } from '../activities/check-supplied.js';
import type { SuppliedArtifacts } from '../activities/check-supplied.js';
import { resolveSource } from '../activities/resolve-source.js';
import { makeSideLog } from '../activities/side-log.js';
import type { ComputeAnswer, ComputeJob } from '../activities/step-runner.js';
import { openCheckpoint } from '../adapters/checkpoints/index.js';
import type { StoredCheckpoint } from '../adapters/checkpoints/index.js';
import { makeStepInputs, makeStepOutputs } from '../adapters/step-files/index.js';
import type { StagingOutputs } from '../adapters/step-files/index.js';
import { measureTask } from '../adapters/telemetry/measure-task.js';
import { deriveSeed } from '../core/stats/random.js';
import type { RunSpec } from '../pipeline/config.js';
import { retryAfterOf } from '../pipeline/errors.js';
import { resolveSettings } from '../pipeline/plan.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { parametersOf } from '../pipeline/step-definition.js';
import { stepById } from '../pipeline/steps/index.js';
import { openStore } from './artifact-store.js';
import { isDraining } from './drain-flag.js';
import { makeFeatureCache } from './feature-cache.js';
import { makeStepPorts } from './step-ports.js';
import { checkTracking } from './step-tracker.js';
import { dieWithParent } from './die-with-parent.js';

const MEBIBYTE = 1024 * 1024;
/** A child is never told to stop: the pool kills it, and its staging folder is dropped. */
const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

dieWithParent();
const store = openStore(process.env);
const features = makeFeatureCache();
const sideLog = makeSideLog(process.env['ARES_SIDE_LOG']);
const portsFor = makeStepPorts(store, features);
workerpool.worker({
  computeStep: async (job: ComputeJob) => reply(async () => computeStep(job)),
  checkSupplied: async (job: SuppliedArtifacts) =>
    reply(async () =>
      readEveryArtifact(job, { inputs: makeStepInputs(store, { [job.step]: job.artifacts }), hashStored: async (uri) => store.hashStored(uri) }),
    ),
  resolveSource: async (spec: RunSpec) =>
    reply(async () => {
      checkTracking(spec, process.env);
      return { resolved: await resolveSource(spec, resolveSettings(spec), portsFor(null)) };
    }),
});

async function computeStep(job: ComputeJob): Promise<ComputeAnswer> {
  const definition: StepDefinition = stepById(job.step);
  const outputs = makeStepOutputs(job.stagingFolder, { memoryLimitMiB: job.execution.memoryLimitMiB, chunkRows: job.execution.chunkRows });
  const checkpoint = openJobCheckpoint(job, outputs);
  let [rowsIn, rowsOut] = [0, 0];
  const hitsBefore = features.hits;
  const context: StepContext = {
    parameters: parametersOf(definition, job.plan, job.unit),
    unit: job.unit,
    units: job.units,
    inputs: makeStepInputs(store, job.inputs),
    outputs,
    ports: portsFor(job.plan, job.checkpoint.key),
    execution: job.execution,
    signal: NEVER_ABORTED,
    checkpoint,
    seed: (...path) => deriveSeed(job.plan.spec.seed, job.step, ...path),
    progress: (fraction, message) => workerpool.workerEmit({ fraction, message, checkpoint: checkpoint.state() ?? undefined }),
    count: (rows) => {
      rowsIn += rows.rowsIn ?? 0;
      rowsOut += rows.rowsOut ?? 0;
    },
  };
  await (STEP_FUNCTIONS[job.step] as StepFunction)(context as StepContext<never>);
  return { staged: outputs.staged(), rowsIn, rowsOut, featureCacheHits: features.hits - hitsBefore, checkpoint: checkpoint.state() };
}

function openJobCheckpoint({ step, unit, checkpoint: plan }: ComputeJob, outputs: StagingOutputs): StoredCheckpoint {
  const about = { step, unit, key: plan.key };
  return openCheckpoint({
    store,
    plan,
    outputs,
    clock: () => performance.now(),
    isUrgent: isDraining,
    onPart: async (part) => sideLog.write({ event: 'part', ...about, part }),
    onDropped: async (path, problem) => {
      console.error(`checkpoint object ${path} of step ${step} ${unit ?? ''} is damaged and was dropped, its parts are computed again: ${problem}`);
      await sideLog.write({ event: 'dropped', ...about, part: path });
    },
  });
}

/** Failures travel as values, so that their names survive the process border. */
async function reply(work: () => Promise<object>): Promise<{ result: unknown; residentMiB: number }> {
  const measured = await measureTask(process.env['ARES_PROFILE'] === 'cpu');
  let result: object;
  try {
    result = await work();
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    result = { failure: { name, message, stack: stack ?? '', retryAfterMs: retryAfterOf(error) } };
  }
  return { result: { ...result, cost: await measured.end() }, residentMiB: Math.round(process.memoryUsage().rss / MEBIBYTE) };
}
