/** The worker's own metrics, in Prometheus' names. Temporal's come from its runtime and stand beside them (metrics-server). */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { NEVER_RETRIED, RETRIED } from '../../pipeline/errors.js';
import { STEPS } from '../../pipeline/steps/index.js';

/** Seconds: a step takes from a cache look-up to hours. */
const STEP_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400];
/** Seconds: one request to the store. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Requests of the step runner to the store. */
const STORE_OPERATIONS = ['readManifest', 'commitManifest', 'missingObjects', 'commitStaged', 'readJson', 'putJson', 'list'];

export type Metrics = ReturnType<typeof makeInstruments>;

/** Fresh instruments in a registry of their own. */
export function makeMetrics(): Metrics {
  const metrics = makeInstruments();
  beginAtZero(metrics);
  return metrics;
}

/** A failure counter that first appears as 1 shows no increase: alerts would miss the first failure of each kind. */
function beginAtZero(metrics: Metrics): void {
  for (const { id: step, activity } of STEPS) {
    for (const error of [...NEVER_RETRIED, ...RETRIED]) metrics.stepsFailed.inc({ step, error }, 0);
    for (const reason of ['not_found', 'timed_out']) metrics.cancellations.inc({ activity, reason }, 0);
    metrics.retries.inc({ activity }, 0);
  }
  for (const operation of STORE_OPERATIONS)
    for (const error of ['StoreUnavailable', 'AccessDenied', 'IntegrityError']) metrics.storeErrors.inc({ operation, error }, 0);
  for (const reason of ['recycled', 'crashed', 'stalled', 'cancelled']) metrics.childrenEnded.inc({ reason }, 0);
}

function makeInstruments() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(name: string, about: { help: string; labelNames: readonly L[]; buckets: number[] }): Histogram<L> =>
    new Histogram({ name, help: about.help, labelNames: [...about.labelNames], buckets: about.buckets, registers });
  return {
    registry,
    stepsStarted: counter('ares_steps_started_total', 'Step attempts begun', ['step']),
    stepsFinished: counter('ares_steps_finished_total', 'Step attempts that gave a result; cached says whether it was in the store already', [
      'step',
      'cached',
    ]),
    stepsFailed: counter('ares_steps_failed_total', 'Step attempts that failed, by error name', ['step', 'error']),
    stepSeconds: histogram('ares_step_seconds', { help: 'Wall seconds of a step attempt', labelNames: ['step', 'cached'], buckets: STEP_BUCKETS }),
    units: counter('ares_units_total', 'Units of fanned-out steps', ['step', 'cached']),
    rows: counter('ares_step_rows_total', 'Rows that computed steps read and wrote', ['step', 'direction']),
    artifactBytes: counter('ares_artifact_bytes_total', 'Bytes of artifacts that steps staged for the store', ['step']),
    taskSeconds: histogram('ares_task_seconds', { help: 'Wall seconds of one task in a compute child', labelNames: ['step', 'kind'], buckets: STEP_BUCKETS }),
    taskCpuSeconds: counter('ares_task_cpu_seconds_total', 'CPU seconds of tasks in compute children', ['step', 'mode']),
    taskIoBytes: counter('ares_task_io_bytes_total', 'Bytes that tasks read and wrote, files and pipes', ['step', 'direction']),
    taskPeakBytes: gauge('ares_task_peak_resident_bytes', 'Largest resident memory of the last task of a step', ['step']),
    retries: counter('ares_activity_retries_total', 'Activity attempts after the first: a failure, a dead worker or a heartbeat timeout came before', [
      'activity',
    ]),
    cancellations: counter(
      'ares_activity_cancellations_total',
      'Attempts that were told to stop; not_found and timed_out mean that the server had given them up',
      ['activity', 'reason'],
    ),
    children: gauge('ares_compute_children', 'Compute children', ['state']),
    tasksWaiting: gauge('ares_compute_tasks_waiting', 'Tasks that wait for a compute child'),
    childrenEnded: counter(
      'ares_compute_children_ended_total',
      'Compute children that ended: recycled for memory, crashed, stalled, or cancelled with their task',
      ['reason'],
    ),
    residentBytes: gauge('ares_resident_memory_bytes', 'Resident memory of the worker and of its compute children together', ['process']),
    checkpointAge: gauge('ares_checkpoint_age_seconds', 'Age of the last checkpoint of the running task that has gone longest without one; 0 when none runs'),
    eventLoopLag: gauge('ares_event_loop_lag_seconds', "Lateness of the worker's event loop, in the last one to two minutes and since its start", [
      'window',
      'quantile',
    ]),
    storeSeconds: histogram('ares_store_seconds', { help: 'Seconds of a request to the store', labelNames: ['operation'], buckets: REQUEST_BUCKETS }),
    storeErrors: counter('ares_store_errors_total', 'Requests to the store that failed, by error name', ['operation', 'error']),
    runsBlocked: gauge('ares_runs_blocked', 'Open runs that wait for an operator, in the whole namespace'),
    lastStepSuccess: gauge('ares_last_step_success_timestamp_seconds', 'When this worker last finished a step (Unix time)'),
    lastRunSuccess: gauge('ares_last_run_success_timestamp_seconds', 'When this worker last recorded a run that succeeded (Unix time)'),
    draining: gauge('ares_worker_draining', '1 while the worker takes no more work and ends'),
    info: gauge('ares_worker_info', 'Always 1; what this worker is', ['queues', 'deployment', 'build']),
  };
}
