/** Around each task of a compute child: a span, its cost as metrics and as a stored profile, and its output as log lines. */
import { activityInfo, log } from '@temporalio/activity';
import type { ComputeAnswer, ComputeJob } from '../activities/step-runner.js';
import type { ComputePool } from '../adapters/compute-pool/index.js';
import type { Metrics, Tracing } from '../adapters/telemetry/index.js';
import type { ComputeRunner } from '../pipeline/artifact-store.js';
import type { CheckpointState } from '../pipeline/checkpoint.js';
import { profileKey } from '../pipeline/task-profile.js';
import type { TaskCost, TaskProfile } from '../pipeline/task-profile.js';

const MEBIBYTE = 1024 * 1024;
/** Planning is no step, but it runs in a child too. */
const PLANNING = 'plan';

type Task = Parameters<ComputeRunner['run']>[0];
/** What a child answers to any task: compute-child adds the cost. */
type CostedAnswer = Partial<ComputeAnswer> & { readonly cost: TaskCost };

export interface ComputeObservers {
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Keeps a profile beside the run. */
  readonly saveProfile: (key: string, profile: TaskProfile) => Promise<void>;
}

export interface ObservedCompute extends ComputeRunner {
  /** Seconds since the last checkpoint of the running task that has gone longest without one; 0 when none runs. */
  checkpointAgeSeconds(): number;
}

interface Running {
  readonly step: string;
  readonly unit: string | null;
  readonly askedMs: number;
  checkpointMs: number;
  parts: number;
}

/** The pool as the step runner sees it, observed; answers come without the cost. */
export function observeCompute(pool: ComputePool, observers: ComputeObservers): ObservedCompute {
  const running = new Set<Running>();
  return {
    size: pool.size,
    checkpointAgeSeconds: () => Math.max(0, ...[...running].map(({ checkpointMs }) => (Date.now() - checkpointMs) / 1000)),
    run: async (task) => {
      const { step = PLANNING, unit = null } = task.argument as Partial<ComputeJob>;
      const now = Date.now();
      const about: Running = { step, unit, askedMs: now, checkpointMs: now, parts: 0 };
      running.add(about);
      try {
        return await runTask(task, about, { pool, ...observers });
      } finally {
        running.delete(about);
      }
    },
  };
}

async function runTask(task: Task, about: Running, on: ComputeObservers & { readonly pool: ComputePool }): Promise<unknown> {
  const { step, unit } = about;
  const attributes = { 'ares.step': step, 'ares.unit': unit ?? '' };
  return on.tracing.span(`task ${step}${unit === null ? '' : ` ${unit}`}`, { attributes }, async () => {
    const answer = (await on.pool.run({
      ...task,
      onProgress: (progress) => {
        noteCheckpoint(about, (progress as { readonly checkpoint?: CheckpointState }).checkpoint);
        task.onProgress(progress);
      },
      onOutput: (stream, text) => relay({ stream, text, unit }),
    })) as CostedAnswer;
    const { cost, ...result } = answer;
    await noteCost(answer, about, on);
    return result;
  });
}

function noteCheckpoint(about: Running, checkpoint: CheckpointState | undefined): void {
  if (checkpoint === undefined || checkpoint.parts === about.parts) return;
  Object.assign(about, { checkpointMs: Date.now(), parts: checkpoint.parts });
}

/** Native libraries chat on stdout; what stands on stderr was meant for somebody. */
function relay(output: { readonly stream: 'stdout' | 'stderr'; readonly text: string; readonly unit: string | null }): void {
  for (const line of output.text.split('\n').filter((candidate) => candidate.trim() !== ''))
    log[output.stream === 'stderr' ? 'info' : 'debug'](line.trim(), { unit: output.unit, from: 'compute child' });
}

async function noteCost(answer: CostedAnswer, about: Running, on: ComputeObservers): Promise<void> {
  const { step, unit } = about;
  const { cost } = answer;
  const failure = 'failure' in answer ? answer.failure : undefined;
  on.tracing.emit({
    name: `compute ${step}`,
    startMs: cost.startMs,
    endMs: cost.startMs + cost.wallSeconds * 1000,
    attributes: { 'process.pid': cost.pid, 'ares.step': step, 'ares.unit': unit ?? '', 'ares.cpu_seconds': cost.cpuUserSeconds + cost.cpuSystemSeconds },
    error: failure === undefined ? null : `${failure.name}: ${failure.message}`,
  });
  on.metrics.taskSeconds.observe({ step, kind: unit === null ? 'step' : 'unit' }, cost.wallSeconds);
  on.metrics.taskCpuSeconds.inc({ step, mode: 'user' }, cost.cpuUserSeconds);
  on.metrics.taskCpuSeconds.inc({ step, mode: 'system' }, cost.cpuSystemSeconds);
  on.metrics.taskIoBytes.inc({ step, direction: 'read' }, cost.readBytes);
  on.metrics.taskIoBytes.inc({ step, direction: 'written' }, cost.writtenBytes);
  on.metrics.taskPeakBytes.set({ step }, cost.peakResidentMiB * MEBIBYTE);
  if ('staged' in answer) on.metrics.artifactBytes.inc({ step }, answer.staged?.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0);
  if (failure !== undefined) return;
  const profile = profileOf(answer, about);
  await on.saveProfile(profileKey(profile), profile);
}

function profileOf(answer: CostedAnswer, { step, unit, askedMs }: Running): TaskProfile {
  const { workflowExecution, attempt } = activityInfo();
  const { rowsIn = 0, rowsOut = 0 } = answer as { readonly rowsIn?: number; readonly rowsOut?: number };
  const { wallSeconds, startMs } = answer.cost;
  return {
    schema: 'ares.profile',
    workflowId: workflowExecution?.workflowId ?? 'none',
    runId: workflowExecution?.runId ?? 'none',
    step,
    unit,
    attempt,
    ...answer.cost,
    waitSeconds: Math.max(0, (startMs - askedMs) / 1000),
    rowsIn,
    rowsOut,
    rowsPerSecond: wallSeconds === 0 ? 0 : (rowsIn + rowsOut) / wallSeconds,
  };
}
