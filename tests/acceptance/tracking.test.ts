/**
 * A tracked run on the real server, store and MLflow, with encrypted payloads and every secret set: the tracker is down
 * at first, then comes up, then refuses.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { ApplicationFailure, Payload } from '@temporalio/common';
import getPort from 'get-port';
import { connectClient } from '../../adapters/connection/connect-client.js';
import type { ConnectedClient } from '../../adapters/connection/connect-client.js';
import { nameFigures } from '../../adapters/tracking/mlflow-names.js';
import { recordPath } from '../../adapters/tracking/index.js';
import type { TrackingRecord } from '../../adapters/tracking/index.js';
import type { Report } from '../../pipeline/report.js';
import type { RunResult, RunStatus } from '../../pipeline/run-status.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import { eventually, startFieldRig } from '../support/field-rig.js';
import type { FieldRig } from '../support/field-rig.js';
import { MLFLOW_ADMIN, startMlflowServer } from '../support/mlflow-server.js';
import type { MlflowServer } from '../support/mlflow-server.js';
import type { WorkerProcess } from '../support/worker-process.js';

/** Rises in no search attribute: seen in plain only where something is not encrypted. */
const SPEC = { tracking: 'mlflow', stepAttempts: 2, simulation: { startPrice: 2345.678901 } };
const PLAIN = '2345.678901';
/** Eight attempts with a back-off of 1 to 30 s lie before a run parks. */
const PARKED_MS = 10 * 60_000;

const SECRETS = {
  ARES_WEBHOOK_URL: 'http://127.0.0.1:9/hook-address-sesame',
  ARES_WEBHOOK_SECRET: 'webhook-sesame-0123456789abcdef',
  ARES_HTTP_TOKEN: 'http-token-sesame-0123456789',
  ARES_PAYLOAD_KEYS: `first:${Buffer.alloc(32, 'sesame-key').toString('base64')}`,
  MLFLOW_TRACKING_USERNAME: MLFLOW_ADMIN.name,
  MLFLOW_TRACKING_PASSWORD: MLFLOW_ADMIN.password,
};

let rig: FieldRig;
let connected: ConnectedClient;
let client: Client;
let worker: WorkerProcess;
let mlflow: MlflowServer | null = null;
let folder: string;
let port: number;
const workerOutput: string[] = [];

before(async () => {
  port = await getPort();
  folder = await mkdtemp(join(tmpdir(), 'ares-tracking-'));
  rig = await startFieldRig({ ...SECRETS, MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}` });
  connected = await connectClient(rig.env);
  client = connected.client;
  worker = await rig.worker();
});
after(async () => {
  await connected.close();
  await rig.stop();
  await mlflow?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(workflowId: string, spec: object): Promise<void> {
  await client.workflow.start('trainPipeline', { taskQueue: TASK_QUEUES.workflow, workflowId, args: [spec] });
}

async function status(workflowId: string): Promise<RunStatus> {
  return client.workflow.getHandle(workflowId).query<RunStatus>('status');
}

async function result(workflowId: string): Promise<RunResult> {
  return (await client.workflow.getHandle(workflowId).result()) as RunResult;
}

async function decrypt(payload: Payload): Promise<Payload | undefined> {
  const [codec] = client.options.loadedDataConverter.payloadCodecs;
  return (await codec?.decode([payload]))?.[0];
}

async function reportOf(run: RunResult): Promise<Report> {
  const ref = run.steps.flatMap((step) => step.artifacts).find((artifact) => artifact.name === 'report.json');
  assert.ok(ref !== undefined);
  return JSON.parse(new TextDecoder().decode(await rig.store.getBytes(ref))) as Report;
}

interface FoundRun {
  readonly info: { readonly run_id: string; readonly status: string };
  readonly data: { readonly metrics?: { key: string; value: number }[]; readonly tags?: { key: string; value: string }[] };
}

async function trackedRuns(server: MlflowServer): Promise<FoundRun[]> {
  const found = await server.api<{ experiment: { experiment_id: string } }>('/api/2.0/mlflow/experiments/get-by-name?experiment_name=ares');
  const body = { experiment_ids: [found.experiment.experiment_id], max_results: 100, run_view_type: 'ALL' };
  return (await server.api<{ runs?: FoundRun[] }>('/api/2.0/mlflow/runs/search', body)).runs ?? [];
}

test('a run whose tracker is down parks at saving, with nothing registered, and says why', async () => {
  await start('tracked', SPEC);
  const parked = await eventually(
    'the run parks',
    async () => {
      const now = await status('tracked');
      assert.notEqual(now.state, 'Failed', JSON.stringify(now.steps.find((step) => step.error !== null)?.error));
      return now.state === 'Blocked' ? now : null;
    },
    PARKED_MS,
  );
  assert.deepEqual(parked.blocked, ['saving']);
  const error = parked.steps.find((step) => step.id === 'saving')?.error;
  assert.equal(error?.type, 'UpstreamUnavailable');
  assert.match(error.message, /MLflow at http:\/\/127\.0\.0\.1:\d+.*no answer/);
  assert.deepEqual(await rig.store.list('registry/'), []);
});

test('retryStep after the tracker came up completes the run, and MLflow has it once with the figures of the report', async () => {
  mlflow = await startMlflowServer({ port, folder });
  const attempt = (await status('tracked')).steps.find((step) => step.id === 'saving')?.attempt;
  await client.workflow.getHandle('tracked').executeUpdate('retryStep', { args: [{ step: 'saving', attempt }] });
  const run = await result('tracked');
  const report = await reportOf(run);
  const [tracked, ...others] = await trackedRuns(mlflow);
  assert.ok(tracked !== undefined);
  assert.deepEqual(others, []);
  assert.equal(tracked.info.status, 'FINISHED');
  const logged = new Map(tracked.data.metrics?.map(({ key, value }) => [key, value]));
  const wanted = nameFigures(report.figures).flatMap(({ key, figure }) => (figure.value === null ? [] : [[key, figure.value] as const]));
  assert.ok(wanted.length > 200);
  for (const [key, value] of wanted) assert.equal(logged.get(key), value, key);
  for (const key of ['windows/netReturn', 'windows/maxDrawdown']) assert.ok(logged.has(key), key);
  const stepKey = run.steps.find((step) => step.step === 'saving')?.key ?? '';
  assert.equal(tracked.data.tags?.find((tag) => tag.key === 'ares.step_key')?.value, stepKey);
  const record = (await rig.store.readJson(recordPath({ uri: mlflow.uri, experiment: 'ares' }, stepKey))) as TrackingRecord;
  assert.equal(record.runId, tracked.info.run_id);
});

test('a second run of the spec, and one that saves again, add no entry', async () => {
  await start('again', SPEC);
  await start('saved-again', { ...SPEC, cache: { refresh: ['saving'] } });
  const [again, anew] = await Promise.all([result('again'), result('saved-again')]);
  assert.equal(again.steps.find((step) => step.step === 'saving')?.cached, true);
  assert.equal(anew.steps.find((step) => step.step === 'saving')?.cached, false);
  assert.equal((await trackedRuns(mlflow!)).length, 1);
});

test("outside of search attributes the history holds no plain text of the run's input, results or failures", async () => {
  const history = await historyText('tracked', async (payload) => payload);
  assert.ok(history.length > 50_000);
  assert.ok(history.includes('binary/encrypted'));
  for (const plain of [PLAIN, 'startPrice', 'ETHUSDT', 's3://ares/field', 'MLflow at http']) assert.ok(!history.includes(plain), plain);
});

test('a client without the key is told which key is missing', async () => {
  const keyless = await connectClient({ ...rig.env, ARES_PAYLOAD_KEYS: '' });
  try {
    await assert.rejects(keyless.client.workflow.getHandle('tracked').result(), /encrypted with key "first", but ARES_PAYLOAD_KEYS is not set/);
    await assert.rejects(keyless.client.workflow.getHandle('tracked').query('status'), /encrypted with key "first"/);
  } finally {
    await keyless.close();
  }
});

test('wrong credentials fail the run at saving with AccessDenied, at once', async () => {
  workerOutput.push(worker.output());
  await worker.end('SIGTERM');
  worker = await rig.worker({ MLFLOW_TRACKING_PASSWORD: 'a wrong one, sesame' });
  await start('refused', { ...SPEC, cache: { refresh: ['saving'] } });
  await assert.rejects(client.workflow.getHandle('refused').result(), (error: unknown) => {
    assert.ok(error instanceof WorkflowFailedError, String(error));
    const cause = error.cause as ApplicationFailure;
    assert.equal(cause.type, 'AccessDenied');
    assert.match(cause.message, /saving.*401.*MLFLOW_TRACKING_USERNAME/s);
    return true;
  });
  const steps = (await status('refused')).steps;
  assert.equal(steps.find((step) => step.id === 'saving')?.state, 'failed');
  assert.equal((await trackedRuns(mlflow!)).length, 1);
});

test('no secret stands in any history, decrypted or not, in any stored record, or in a log', async () => {
  workerOutput.push(worker.output());
  const secrets = [
    ...Object.entries(SECRETS)
      .filter(([name]) => name !== 'MLFLOW_TRACKING_USERNAME')
      .map(([, value]) => value),
    rig.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    Buffer.from(`${MLFLOW_ADMIN.name}:${MLFLOW_ADMIN.password}`).toString('base64'),
    'sesame',
  ];
  assert.ok(secrets.every((secret) => secret.length >= 6));
  const texts: string[] = [...workerOutput];
  assert.ok(texts.every((text) => text.includes('worker ready')));
  for (const id of ['tracked', 'again', 'saved-again', 'refused']) {
    texts.push(JSON.stringify(await status(id)));
    texts.push(await historyText(id, decrypt));
  }
  for (const prefix of ['runs/', 'tracking/', 'registry/', 'producers/', 'manifests/']) {
    const objects = await rig.store.list(prefix);
    assert.ok(objects.length > 0, prefix);
    for (const { key } of objects) texts.push(JSON.stringify(await rig.store.readJson(key)));
  }
  assert.ok(
    texts.some((text) => text.includes(PLAIN)),
    'the texts are readable',
  );
  for (const secret of secrets)
    assert.deepEqual(
      texts.filter((text) => text.includes(secret)).map((text) => text.slice(0, 200)),
      [],
      secret,
    );
});

type Bytes = Record<string, Uint8Array>;

/** A history as text, search attributes left out, its payloads as `open` gives them. */
async function historyText(workflowId: string, open: (payload: Payload) => Promise<Payload | undefined>): Promise<string> {
  const read = async (value: unknown): Promise<unknown> => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
    if (Array.isArray(value)) return Promise.all(value.map(read));
    if (typeof value !== 'object' || value === null) return value;
    const { metadata, data } = value as { metadata?: Bytes | null; data?: Uint8Array | null };
    const opened = metadata?.['encoding'] === undefined || !(data instanceof Uint8Array) ? value : await open({ metadata, data });
    const members = Object.entries(opened ?? {}).filter(([key]) => key !== 'searchAttributes');
    return Object.fromEntries(await Promise.all(members.map(async ([key, member]) => [key, await read(member)] as const)));
  };
  return JSON.stringify(await read(await client.workflow.getHandle(workflowId).fetchHistory()));
}
