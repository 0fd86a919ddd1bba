import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { connectClient } from '../../adapters/connection/connect-client.js';
import { AresClient } from '../../client/ares-client.js';
import { runCli } from '../../client/run-cli.js';
import { profileKey, rankSteps } from '../../pipeline/task-profile.js';
import type { TaskProfile } from '../../pipeline/task-profile.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { eventually, startFieldRig } from '../support/field-rig.js';
import type { FieldRig } from '../support/field-rig.js';
import { cloneRoot } from '../support/repository.js';
import { startTraceCollector } from '../support/trace-collector.js';
import type { ReceivedSpan } from '../support/trace-collector.js';
import type { WorkerProcess } from '../support/worker-process.js';

const LAG_LIMIT_SECONDS = 0.2;
const SECRET = 'a-webhook-secret-of-32-characters';
/** Paths of the bootstrap: so many that Monte Carlo, else a small step, is the bottleneck of the run. */
const PLANTED = { preset: 'quick-test', bootstrapPaths: 100_000, walkForwardWindows: 1, maxTrials: 4 } as const;

interface LogLine {
  readonly msg: string;
  readonly metrics?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  readonly step?: string;
  readonly attempt?: number;
}

/** One run on a worker that tells everything of itself; then faults, so that their metrics are there too. */
describe('a run that is watched', () => {
  let rig: FieldRig;
  let collector: Awaited<ReturnType<typeof startTraceCollector>>;
  let worker: WorkerProcess;
  let connected: Awaited<ReturnType<typeof connectClient>>;
  let ares: AresClient;
  let url: string;

  before(async () => {
    collector = await startTraceCollector();
    rig = await startFieldRig({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      ARES_METRICS_ADDRESS: '127.0.0.1:0',
      ARES_PROFILE: 'cpu',
      ARES_LOG_LEVEL: 'debug',
      ARES_WEBHOOK_URL: 'http://127.0.0.1:9/hook',
      ARES_WEBHOOK_SECRET: SECRET,
      ARES_SHUTDOWN_GRACE: '1s',
    });
    worker = await rig.worker();
    url = metricsUrl(worker);
    connected = await connectClient(rig.env);
    ares = new AresClient(connected.client);
    await ares.start({ ...PLANTED, notify: [] }, 'watched');
    assert.equal((await ares.result('watched')).state, 'Succeeded');
    // The client's spans leave with it.
    await connected.close();
    connected = await connectClient(rig.env);
    ares = new AresClient(connected.client);
  });
  after(async () => {
    await connected.close();
    await rig.stop();
    await collector.close();
  });

  const scrape = async (): Promise<string> => {
    const response = await fetch(`${url}/metrics`);
    assert.equal(response.status, 200);
    return response.text();
  };

  test('keeps the event loop of its worker under 200 ms at p99', async () => {
    const lag = sample(await scrape(), 'ares_event_loop_lag_seconds', { window: 'process', quantile: '0.99' });
    console.log(`event-loop lag of the worker over the whole run: p99 ${(lag * 1000).toFixed(1)} ms`);
    assert.ok(lag > 0 && lag < LAG_LIMIT_SECONDS, `${lag} s`);
  });

  test('counts each step once as computed, and once as cached when the spec runs again', async () => {
    const first = await scrape();
    await ares.start({ ...PLANTED, notify: [] }, 'watched-again');
    assert.equal((await ares.result('watched-again')).state, 'Succeeded');
    const second = await scrape();
    for (const { id: step } of STEPS) {
      assert.equal(sample(first, 'ares_steps_finished_total', { step, cached: 'false' }), 1, step);
      assert.equal(sample(second, 'ares_steps_finished_total', { step, cached: 'false' }), 1, step);
      assert.equal(sample(second, 'ares_steps_finished_total', { step, cached: 'true' }), 1, step);
    }
    assert.ok(sample(second, 'ares_last_run_success_timestamp_seconds') > sample(first, 'ares_last_run_success_timestamp_seconds'));
    assert.ok(sample(second, 'ares_resident_memory_bytes', { process: 'compute_children' }) > 2 ** 20);
    assert.ok(sample(second, 'ares_task_cpu_seconds_total', { step: 'monte-carlo-validation', mode: 'user' }) > 0);
  });

  test('logs JSON lines, those of steps with the ids of run, step and attempt, and no secret', () => {
    const lines = linesOf(worker);
    const steps = lines.filter(({ msg }) => msg === 'step started' || msg === 'step done');
    assert.equal(steps.length, 2 * 2 * STEPS.length);
    for (const line of steps) {
      assert.ok(['watched', 'watched-again'].includes(line.workflowId ?? ''), JSON.stringify(line));
      assert.match(line.runId ?? '', /^[0-9a-f-]{36}$/);
      assert.ok(STEPS.some(({ id }) => id === line.step));
      assert.equal(line.attempt, 1);
    }
    for (const secret of [SECRET, rig.s3.env.AWS_SECRET_ACCESS_KEY]) assert.equal(worker.output().includes(secret), false);
  });

  test('is one trace: client, workflow, activities, tasks, compute children', async () => {
    const spans = await eventually('the spans of the run', () => {
      const found = collector.spans().filter((span) => span.attributes['temporal.workflow.id'] === 'watched' && span.name === 'workflow trainPipeline');
      return found.length > 0 ? collector.spans() : null;
    });
    const start = spans.find((span) => span.name === 'start trainPipeline' && span.attributes['temporal.workflow.id'] === 'watched');
    const trace = spans.filter((span) => span.traceId === start?.traceId);
    for (const { id: step, activity } of STEPS) {
      const [compute] = trace.filter((span) => span.name === `compute ${step}`);
      assert.deepEqual(
        chainOf(compute, trace).map((span) => span.name.replace(/^task .*/, 'task')),
        [`compute ${step}`, 'task', `activity ${activity}`, 'workflow trainPipeline', 'start trainPipeline'],
      );
      assert.notEqual(compute?.attributes['process.pid'], worker.pid);
    }
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    for (const span of trace.filter((candidate) => candidate !== start)) {
      const parent = byId.get(span.parentSpanId);
      assert.ok(parent !== undefined, `${span.name} has no parent in the trace`);
      assert.ok(span.startMs >= parent.startMs - 50, `${span.name} began ${parent.startMs - span.startMs} ms before ${parent.name}`);
    }
    assert.equal(start?.service, 'ares-client');
  });

  test('a planted hot spot ranks first in its profile, and its functions are named', async () => {
    const printed: string[] = [];
    const world = {
      env: { ...rig.env },
      out: (more: string) => void printed.push(more),
      err: () => undefined,
      isTerminal: false,
      interrupted: new AbortController().signal,
    };
    assert.equal(await runCli(['profile', 'watched'], world), 0);
    const text = printed.join('');
    const rows = text.split('\n').filter((line) => STEPS.some(({ id }) => line.startsWith(`${id} `)));
    assert.equal(rows.length, STEPS.length);
    assert.match(String(rows[0]), /^monte-carlo-validation /);
    assert.match(text, /bottleneck: monte-carlo-validation, most of it in \S+/);
    const profile = (await rig.store.readJson(profileKey({ workflowId: 'watched', step: 'monte-carlo-validation', unit: null }))) as TaskProfile;
    assert.equal(rankSteps([profile])[0]?.step, 'monte-carlo-validation');
    assert.ok(profile.cpuUserSeconds > 0.1 && profile.peakResidentMiB > 50 && profile.readBytes > 0);
  });

  test('is not ready while the store is gone, live all the same, and ready again afterwards', async () => {
    const ready = async (): Promise<{ status: number; reasons: readonly string[] }> => {
      const response = await fetch(`${url}/health/ready`);
      return { status: response.status, reasons: ((await response.json()) as { reasons: string[] }).reasons };
    };
    assert.deepEqual(await ready(), { status: 200, reasons: [] });
    await rig.s3.kill();
    try {
      const { status, reasons } = await ready();
      assert.equal(status, 503);
      assert.match(reasons.join(), /^store: /);
      assert.equal((await fetch(`${url}/health/live`)).status, 200);
    } finally {
      await rig.s3.restart();
    }
    await eventually('readiness', async () => ((await ready()).status === 200 ? true : null));
  });

  test('every metric of the dashboard and of the alert rules is there, once its fault has happened', async () => {
    await eventGivenUp();
    await failWorkflowTask();
    const text = await eventually('the metrics of the faults', async () => {
      const now = await scrape();
      const isThere = /^temporal_workflow_task_execution_failed_total\{/m.test(now) && /^temporal_request_failure_total\{/m.test(now);
      return isThere ? now : null;
    });
    const known = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1]));
    const expressions = [...(await ruleExpressions()), ...(await panelExpressions())];
    assert.ok(expressions.length > 30);
    const used = new Set(expressions.flatMap((expression) => [...expression.matchAll(/\b(?:ares|temporal)_[a-z0-9_]+/g)].map((match) => match[0])));
    const missing = [...used].filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')));
    assert.deepEqual(missing, []);
    assert.ok(sample(text, 'ares_activity_cancellations_total', { activity: 'collectMarketData', reason: 'not_found' }) >= 1);
  });

  /** A run that is terminated while a step works: the server refuses the step's next heartbeat. */
  async function eventGivenUp(): Promise<void> {
    await ares.start({ preset: 'quick-test', seed: 11, simulation: { totalTrades: 20_000_000 }, notify: [] }, 'given-up');
    await eventually('the first step', () =>
      linesOf(worker).some(({ msg, workflowId }) => msg === 'step started' && workflowId === 'given-up') ? true : null,
    );
    await connected.client.workflow.getHandle('given-up').terminate('test');
    await eventually('the step told to stop', () =>
      linesOf(worker).some(({ msg, workflowId }) => msg === 'step told to stop' && workflowId === 'given-up') ? true : null,
    );
  }

  async function failWorkflowTask(): Promise<void> {
    const handle = await connected.client.workflow.start('noSuchWorkflow', { taskQueue: 'ares-workflow', workflowId: 'no-such', args: [] });
    await eventually('the failed workflow task', async () => (/^temporal_workflow_task_execution_failed_total\{/m.test(await scrape()) ? true : null));
    await handle.terminate('test');
  }

  test('its trace goes on over a restart of the worker', async () => {
    await ares.start({ preset: 'quick-test', seed: 12, notify: [] }, 'restarted');
    await connected.client.workflow.getHandle('restarted').executeUpdate('setPaused', { args: [{ paused: true }] });
    await eventually('the plan', async () => ((await ares.status('restarted')).plan === null ? null : true));
    // Spans leave once a second: a worker that is killed takes the last ones with it.
    const first = await eventually('the span of the first worker', () => spanOf('resolvePlan'));
    await worker.end('SIGKILL');
    worker = await rig.worker();
    url = metricsUrl(worker);
    await connected.client.workflow.getHandle('restarted').executeUpdate('setPaused', { args: [{ paused: false }] });
    const second = await eventually('the spans of the second worker', () => spanOf('collectMarketData'));
    await ares.cancel('restarted');
    assert.equal(first.traceId, second.traceId);
    assert.equal(first.parentSpanId, second.parentSpanId);
    await ares.result('restarted');
  });

  function spanOf(activity: string): ReceivedSpan | null {
    return collector.spans().find((span) => span.name === `activity ${activity}` && span.attributes['temporal.workflow.id'] === 'restarted') ?? null;
  }
});

function linesOf(worker: WorkerProcess): LogLine[] {
  return worker
    .output()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}

function metricsUrl(worker: WorkerProcess): string {
  return linesOf(worker).find(({ msg }) => msg === 'worker ready')?.metrics ?? '';
}

/** Value of the one sample that has these labels. */
function sample(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const line = text.split('\n').find((candidate) => {
    if (!candidate.startsWith(`${name}{`) && !candidate.startsWith(`${name} `)) return false;
    return Object.entries(labels).every(([label, value]) => candidate.includes(`${label}="${value}"`));
  });
  assert.ok(line !== undefined, `no sample ${name} ${JSON.stringify(labels)}`);
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}

/** The span and those above it. */
function chainOf(span: ReceivedSpan | undefined, trace: readonly ReceivedSpan[]): ReceivedSpan[] {
  if (span === undefined) return [];
  return [
    span,
    ...chainOf(
      trace.find((candidate) => candidate.spanId === span.parentSpanId),
      trace,
    ),
  ];
}

async function ruleExpressions(): Promise<string[]> {
  const rules = parse(await readFile(join(cloneRoot(), 'infra/observability/alert-rules.yml'), 'utf8')) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  return rules.groups.flatMap((group) => group.rules.map((rule) => rule.expr));
}

async function panelExpressions(): Promise<string[]> {
  const dashboard = JSON.parse(await readFile(join(cloneRoot(), 'infra/observability/grafana/dashboards/ares.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  return dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr));
}
