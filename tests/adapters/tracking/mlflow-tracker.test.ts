import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openObjectStore } from '../../../adapters/object-store/index.js';
import type { ObjectStore } from '../../../adapters/object-store/index.js';
import { makeMlflowTracker, recordPath } from '../../../adapters/tracking/index.js';
import type { TrackingRecord } from '../../../adapters/tracking/index.js';
import { nameFigures } from '../../../adapters/tracking/mlflow-names.js';
import type { TrackedResult } from '../../../pipeline/ports.js';
import type { Figure } from '../../../pipeline/report.js';
import { makePlan } from '../../support/make-plan.js';
import { startMlflowServer } from '../../support/mlflow-server.js';
import type { MlflowServer } from '../../support/mlflow-server.js';
import { startFaultProxy, startS3Server } from '../../support/s3-server.js';
import type { TestS3Server } from '../../support/s3-server.js';
import { sampleReport } from '../report/sample-report.js';

interface FoundRun {
  readonly info: { readonly run_id: string; readonly status: string; readonly artifact_uri: string };
  readonly data: { readonly metrics?: Pair<number>[]; readonly params?: Pair<string>[]; readonly tags?: Pair<string>[] };
}
interface Pair<T> {
  readonly key: string;
  readonly value: T;
}

const DATA_TIME_MS = Date.UTC(2024, 0, 8);
const PLAN = makePlan({ labels: { takeProfit: Array.from({ length: 200 }, (_, i) => 1 + i / 1000) } });

let mlflow: MlflowServer;
let s3: TestS3Server;
let store: ObjectStore;

before(async () => {
  [mlflow, s3] = await Promise.all([startMlflowServer(), startS3Server()]);
  store = openObjectStore({ url: 's3://tracked/a', env: s3.env, cacheFolder: join(s3.scratch, 'cache') });
  await store.ensureBucket();
});
after(async () => {
  store.close();
  await Promise.all([mlflow.stop(), s3.stop()]);
});

/** A result of more figures than one request takes. */
function resultOf(figures: number): TrackedResult {
  const more = Array.from(
    { length: figures },
    (_, i): Figure => ({ section: 'Many', name: `figure ${i}`, value: Math.sin(i) * 10 ** (i % 9), unit: '', source: 'a/b@c' }),
  );
  const report = sampleReport();
  return {
    report: { ...report, figures: [...report.figures, ...more] },
    dataTimeMs: DATA_TIME_MS,
    series: [{ name: 'windows/sharpe', points: [0.5, Number.NaN, -1.25].map((value, step) => ({ timeMs: DATA_TIME_MS + step, step, value })) }],
    files: { 'report.html': new TextEncoder().encode('<p>ü</p>'), 'report.json': new TextEncoder().encode('{}') },
    references: { 'ares.bundle_sha256': 'b'.repeat(64), 'ares.bundle_uri': `s3://tracked/a/objects/${'b'.repeat(64)}` },
  };
}

async function log(stepKey: string, result = resultOf(0), env: Readonly<Record<string, string>> = mlflow.env()): Promise<void> {
  const build = { commit: 'c0ffee', dirty: false };
  await makeMlflowTracker({ env, store, plan: PLAN, planHash: 'f'.repeat(64), stepKey, build }).log(result);
}

async function runsOf(stepKey: string): Promise<FoundRun[]> {
  const { experiments } = await mlflow.api<{ experiments: { experiment_id: string }[] }>('/api/2.0/mlflow/experiments/search', { max_results: 100 });
  const body = { experiment_ids: experiments.map((found) => found.experiment_id), filter: `tags.\`ares.step_key\` = '${stepKey}'`, max_results: 10 };
  return (await mlflow.api<{ runs?: FoundRun[] }>('/api/2.0/mlflow/runs/search', body)).runs ?? [];
}

async function onlyRun(stepKey: string): Promise<FoundRun> {
  const runs = await runsOf(stepKey);
  assert.equal(runs.length, 1, `${runs.length} runs of ${stepKey}`);
  return runs[0]!;
}

const valueIn = <T>(list: readonly Pair<T>[] | undefined, key: string): T | undefined => list?.find((pair) => pair.key === key)?.value;

test('every computable figure is read back by the REST API and by the Python client with the same value', async () => {
  const result = resultOf(1500);
  await log('equal', result);
  const run = await onlyRun('equal');
  assert.equal(run.info.status, 'FINISHED');
  const wanted = nameFigures(result.report.figures).flatMap(({ key, figure }) => (figure.value === null ? [] : [[key, figure.value] as const]));
  const python = JSON.parse(
    await mlflow.python(`
import json, mlflow
from mlflow.tracking import MlflowClient
client = MlflowClient()
run = client.get_run('${run.info.run_id}')
history = [[m.step, m.timestamp, m.value] for m in client.get_metric_history(run.info.run_id, 'windows/sharpe')]
page = open(client.download_artifacts(run.info.run_id, 'report.html'), encoding='utf8').read()
print(json.dumps(dict(metrics=run.data.metrics, history=history, page=page, files=sorted(f.path for f in client.list_artifacts(run.info.run_id)))))
`),
  ) as { metrics: Record<string, number>; history: number[][]; page: string; files: string[] };
  const rest = Object.fromEntries(run.data.metrics?.map(({ key, value }) => [key, value]) ?? []);
  assert.ok(wanted.length > 1500);
  for (const [key, value] of wanted) {
    assert.equal(rest[key], value, key);
    assert.equal(python.metrics[key], value, key);
  }
  assert.equal(Object.keys(rest).length, wanted.length + 1, 'the figures and one series');
  assert.deepEqual(python.history, [
    [0, DATA_TIME_MS, 0.5],
    [2, DATA_TIME_MS + 2, -1.25],
  ]);
  assert.equal(python.page, '<p>ü</p>');
  assert.deepEqual(python.files, ['metrics.json', 'parameters.json', 'report.html', 'report.json']);
});

test('tags and parameters say what was run, and a figure that is not computable is named rather than logged', async () => {
  await log('facts');
  const { data } = await onlyRun('facts');
  for (const [key, value] of [
    ['ares.symbol', 'ETHUSDT'],
    ['ares.preset', 'quick-test'],
    ['ares.synthetic', 'true'],
    ['mlflow.source.git.commit', 'c0ffee'],
    ['ares.bundle_sha256', 'b'.repeat(64)],
    ['ares.not_computable', '1 figures: Test/sharpe'],
  ])
    assert.equal(valueIn(data.tags, key!), value, key);
  assert.equal(valueIn(data.params, 'settings.timeframe'), PLAN.settings.timeframe);
  assert.equal(valueIn(data.params, 'spec.costs.takerFeeBps'), '5');
  assert.match(valueIn(data.params, 'spec.labels.takeProfit') ?? '', /^sha256 [0-9a-f]{64} of \d+ characters; whole in parameters.json$/);
  assert.equal(valueIn(data.params, 'spec.threads'), undefined);
});

test('the record in the store names the page of the entry and holds no credential', async () => {
  await log('recorded');
  const run = await onlyRun('recorded');
  const record = (await store.readJson(recordPath({ uri: mlflow.uri, experiment: 'ares' }, 'recorded'))) as TrackingRecord;
  assert.equal(record.runId, run.info.run_id);
  assert.equal(record.page, `${mlflow.uri}/#/experiments/${record.experimentId}/runs/${record.runId}`);
  assert.ok(!JSON.stringify(record).includes(mlflow.env()['MLFLOW_TRACKING_PASSWORD']!));
});

test('a second log of one step key changes nothing and adds no run', async () => {
  await log('twice');
  const first = await onlyRun('twice');
  await log('twice');
  const second = await onlyRun('twice');
  assert.equal(second.info.run_id, first.info.run_id);
  assert.deepEqual(second.data.metrics, first.data.metrics);
  assert.deepEqual(second.data.params, first.data.params);
});

test('an attempt that broke off at any request is completed by the next one, in the same run', async () => {
  for (const broken of [3, 5, 8]) {
    const stepKey = `broken-${broken}`;
    const proxy = await startFaultProxy(mlflow.uri, ({ count }) => (count === broken ? 'unavailable' : 'pass'));
    try {
      const env = { ...mlflow.env(), MLFLOW_TRACKING_URI: proxy.endpoint };
      await assert.rejects(log(stepKey, resultOf(10), env), { name: 'UpstreamUnavailable', message: /503/ });
      await log(stepKey, resultOf(10), env);
      const run = await onlyRun(stepKey);
      assert.equal(run.info.status, 'FINISHED');
      assert.equal(valueIn(run.data.metrics, 'Many/figure 9'), Math.sin(9) * 10 ** 0);
    } finally {
      await proxy.stop();
    }
  }
});

test('attempts at the same time leave one run', async () => {
  await Promise.all([log('race'), log('race'), log('race')]);
  assert.equal((await onlyRun('race')).info.status, 'FINISHED');
});

test('an entry that was deleted in MLflow is made anew', async () => {
  await log('deleted');
  const first = await onlyRun('deleted');
  await mlflow.api('/api/2.0/mlflow/runs/delete', { run_id: first.info.run_id });
  await log('deleted');
  assert.notEqual((await onlyRun('deleted')).info.run_id, first.info.run_id);
});

test('a wrong password and a user without rights are refused as AccessDenied, and nothing is logged', async () => {
  const wrong = mlflow.env({ name: 'admin', password: 'not this one, no' });
  await assert.rejects(log('refused', resultOf(0), wrong), (error: Error) => {
    assert.equal(error.name, 'AccessDenied');
    assert.match(error.message, /401.*MLFLOW_TRACKING_USERNAME/s);
    assert.ok(!error.message.includes('not this one'));
    return true;
  });
  await assert.rejects(log('refused', resultOf(0), mlflow.env(mlflow.stranger)), { name: 'AccessDenied', message: /403/ });
  assert.equal((await runsOf('refused')).length, 0);
});

test('an experiment whose files MLflow does not proxy gets references, and says so', async () => {
  await mlflow.api('/api/2.0/mlflow/experiments/create', { name: 'elsewhere', artifact_location: 's3://another-bucket/mlflow' });
  await log('references', resultOf(0), { ...mlflow.env(), ARES_MLFLOW_EXPERIMENT: 'elsewhere' });
  const { data, info } = await onlyRun('references');
  assert.match(info.artifact_uri, /^s3:/);
  assert.match(valueIn(data.tags, 'ares.artifacts') ?? '', /^not logged/);
  assert.match(valueIn(data.tags, 'ares.bundle_uri') ?? '', /^s3:\/\/tracked/);
});

test('a deleted experiment is named', async () => {
  const { experiment_id } = await mlflow.api<{ experiment_id: string }>('/api/2.0/mlflow/experiments/create', { name: 'gone' });
  await mlflow.api('/api/2.0/mlflow/experiments/delete', { experiment_id });
  await assert.rejects(log('gone', resultOf(0), { ...mlflow.env(), ARES_MLFLOW_EXPERIMENT: 'gone' }), { name: 'InvalidSpec', message: /"gone".*deleted/ });
});

test('no server, a server that is no MLflow, and one that asks to wait are UpstreamUnavailable', async () => {
  const answers = createServer((request, answer) => {
    if (request.url?.startsWith('/busy') === true) answer.writeHead(429, { 'retry-after': '7' }).end('{}');
    else if (request.url?.startsWith('/login') === true) answer.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  });
  await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
  const uri = `http://127.0.0.1:${(answers.address() as AddressInfo).port}`;
  try {
    await assert.rejects(log('none', resultOf(0), { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' }), {
      name: 'UpstreamUnavailable',
      message: /127\.0\.0\.1:9.*no answer/,
    });
    await assert.rejects(log('none', resultOf(0), { MLFLOW_TRACKING_URI: uri }), { name: 'UpstreamUnavailable', message: /is it an MLflow server/ });
    await assert.rejects(log('none', resultOf(0), { MLFLOW_TRACKING_URI: `${uri}/login` }), { name: 'UpstreamUnavailable', message: /302/ });
    await assert.rejects(log('none', resultOf(0), { MLFLOW_TRACKING_URI: `${uri}/busy` }), { name: 'UpstreamUnavailable', retryAfterMs: 7000 });
  } finally {
    await new Promise((resolve) => answers.close(resolve));
  }
});

test('a worker without a tracker, with half a log-in, or with a password in the address is told which variable to set', async () => {
  const refused = async (env: Record<string, string>, message: RegExp): Promise<void> =>
    assert.rejects(log('settings', resultOf(0), env), (error: Error) => {
      assert.equal(error.name, 'InvalidSpec');
      assert.match(error.message, message);
      assert.ok(!error.message.includes('hidden'));
      return true;
    });
  await refused({}, /tracking: .*MLFLOW_TRACKING_URI/);
  await refused({ MLFLOW_TRACKING_URI: 'databricks' }, /MLFLOW_TRACKING_URI: expected the http/);
  await refused({ MLFLOW_TRACKING_URI: 'http://me:hidden@localhost' }, /MLFLOW_TRACKING_URI: expected an address without/);
  await refused({ MLFLOW_TRACKING_URI: 'http://localhost', MLFLOW_TRACKING_USERNAME: 'me' }, /MLFLOW_TRACKING_PASSWORD: expected/);
  await refused({ MLFLOW_TRACKING_URI: 'http://localhost', MLFLOW_TRACKING_PASSWORD: 'hidden' }, /MLFLOW_TRACKING_USERNAME: expected/);
});
