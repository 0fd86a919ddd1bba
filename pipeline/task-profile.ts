/** What a task cost: stored beside the run as `profiles/<workflow id>/...`, never in a manifest, because wall times are not reproducible. */

/** Cost of one task in a compute child. */
export interface TaskCost {
  /** Process id of the child. */
  readonly pid: number;
  /** UTC ms. */
  readonly startMs: number;
  readonly wallSeconds: number;
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  /** Largest resident memory of the child during the task. */
  readonly peakResidentMiB: number;
  /** Bytes through read and write calls: files, page cache, pipes. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** The part of them that went to a disk. */
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
  /** Delay of the child's event loop; long inside native calls and tight loops, which is what children are for. */
  readonly eventLoopLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Functions by time spent in themselves, longest first; only with ARES_PROFILE=cpu. */
  readonly functions?: readonly FunctionCost[];
}

export interface FunctionCost {
  readonly name: string;
  /** File and line, as in the build. */
  readonly place: string;
  readonly selfSeconds: number;
  /** Of the time that was sampled, in [0, 1]. */
  readonly share: number;
}

/** The stored profile of a step's own work, or of one of its units. */
export interface TaskProfile extends TaskCost {
  readonly schema: 'ares.profile';
  readonly workflowId: string;
  readonly runId: string;
  readonly step: string;
  readonly unit: string | null;
  /** Temporal's attempt of the activity, from 1. */
  readonly attempt: number;
  /** Seconds from the request until a child had taken the task. */
  readonly waitSeconds: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Rows in and out by wall second; 0 where there are none. */
  readonly rowsPerSecond: number;
}

/** Key of a task's profile in the store. */
export function profileKey(task: { readonly workflowId: string; readonly step: string; readonly unit: string | null }): string {
  const name = task.unit === null ? task.step : `${task.step}/${task.unit.replace(/[^A-Za-z0-9._=-]+/g, '_')}`;
  return `${profilePrefix(task.workflowId)}${name}.json`;
}

/** Where a run's profiles lie in the store. */
export function profilePrefix(workflowId: string): string {
  return `profiles/${workflowId}/`;
}

/** Cost of a whole step: its own work and its units together. */
export interface StepCost {
  readonly step: string;
  readonly tasks: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakResidentMiB: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly rowsPerSecond: number;
  /** Of the CPU seconds of the run, in [0, 1]. */
  readonly share: number;
  /** The dearest task's unit; null for the step's own work. */
  readonly dearestUnit: string | null;
  readonly dearestFunction: string | null;
}

/** Steps by what they cost in CPU seconds, dearest first: the first is the bottleneck. */
export function rankSteps(profiles: readonly TaskProfile[]): StepCost[] {
  const total = sum(profiles, cpuSecondsOf);
  const steps = [...new Set(profiles.map((profile) => profile.step))];
  return steps
    .map((step) => {
      const tasks = profiles.filter((profile) => profile.step === step).sort((a, b) => cpuSecondsOf(b) - cpuSecondsOf(a));
      const wallSeconds = sum(tasks, (task) => task.wallSeconds);
      const cpuSeconds = sum(tasks, cpuSecondsOf);
      return {
        step,
        tasks: tasks.length,
        wallSeconds,
        cpuSeconds,
        peakResidentMiB: Math.max(...tasks.map((task) => task.peakResidentMiB)),
        readBytes: sum(tasks, (task) => task.readBytes),
        writtenBytes: sum(tasks, (task) => task.writtenBytes),
        rowsPerSecond: wallSeconds === 0 ? 0 : sum(tasks, (task) => task.rowsIn + task.rowsOut) / wallSeconds,
        share: total === 0 ? 0 : cpuSeconds / total,
        dearestUnit: tasks[0]?.unit ?? null,
        dearestFunction: tasks[0]?.functions?.[0]?.name ?? null,
      };
    })
    .sort((a, b) => b.cpuSeconds - a.cpuSeconds);
}

function cpuSecondsOf(task: TaskCost): number {
  return task.cpuUserSeconds + task.cpuSystemSeconds;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
