import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { onFreePorts } from '../../infra/network-address.js';
import { startTemporal } from '../../infra/temporal-server.js';
import { MAXIMUM_ATTEMPTS } from '../../pipeline/errors.js';
import type { RunResult, RunStatus } from '../../pipeline/run-status.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { runDocumented } from '../client/http/documented-commands.js';
import { programPath } from '../support/programs.js';
import type { TestStack } from '../support/stack.js';
import { productFile, startStack } from '../support/stack.js';

interface CloseEvent {
  readonly eventType: string;
  readonly workflowExecutionCompletedEventAttributes?: { readonly result: readonly [RunResult] };
  readonly workflowExecutionFailedEventAttributes?: { readonly failure: { readonly message: string } };
}

/** Temporal's own HTTP API with curl and the lines of docs/triggers.md: no SDK, nothing of ours in between. */
describe('the HTTP API of Temporal', () => {
  let stack: TestStack;
  before(async () => {
    stack = await startStack();
  });
  after(async () => stack.stop());

  const documented = async <T>(name: string, id: string, change?: (text: string) => string): Promise<T> =>
    JSON.parse(await runDocumented(name, { ...stack.env, ID: id }, change)) as T;
  const closeEvent = async (id: string): Promise<CloseEvent> => {
    for (const deadline = Date.now() + 600_000; ; ) {
      const { history } = await documented<{ history: { events?: CloseEvent[] } }>('temporal-result', id);
      const event = history.events?.[0];
      if (event !== undefined) return event;
      assert.ok(Date.now() < deadline, `${id} did not end`);
    }
  };

  test('ares env prints its address, and a run is started and gives its result over it', async () => {
    const { environment } = JSON.parse((await stack.ares('env', '--json')).stdout) as { environment: Record<string, string> };
    assert.equal(environment['ARES_TEMPORAL_HTTP'], stack.env['ARES_TEMPORAL_HTTP']);
    const first = await documented<{ runId: string; started: boolean }>('temporal-start', 'plain');
    assert.equal(first.started, true);
    const again = await documented<{ runId: string; started?: boolean }>('temporal-start', 'plain');
    assert.deepEqual([again.runId, again.started ?? false], [first.runId, false]);
    const { queryResult } = await documented<{ queryResult: [RunStatus] }>('temporal-query', 'plain');
    assert.equal(queryResult[0].steps.length, STEPS.length);
    const event = await closeEvent('plain');
    assert.equal(event.eventType, 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED', JSON.stringify(event));
    const result = event.workflowExecutionCompletedEventAttributes?.result[0];
    assert.deepEqual([result?.state, result?.steps.length], ['Succeeded', STEPS.length]);
    const described = await documented<{ workflowExecutionInfo: { status: string } }>('temporal-describe', 'plain');
    assert.equal(described.workflowExecutionInfo.status, 'WORKFLOW_EXECUTION_STATUS_COMPLETED');
    const refused = await documented<{ code: number; details: [{ runId: string }] }>('temporal-start', 'plain');
    assert.deepEqual([refused.code, refused.details[0].runId], [6, first.runId], 'after a success: already started, with the run id');
  });

  test('without the shorthand, payloads come as Temporal stores them', async () => {
    const { queryResult } = await documented<{ queryResult: { payloads: { metadata: { encoding: string }; data: string }[] } }>(
      'temporal-query',
      'plain',
      (text) => text.replace('/query/status', '/query/status?noPayloadShorthand'),
    );
    const [payload] = queryResult.payloads;
    assert.equal(Buffer.from(String(payload?.metadata.encoding), 'base64').toString(), 'json/plain');
    assert.equal((JSON.parse(Buffer.from(String(payload?.data), 'base64').toString()) as RunStatus).state, 'Succeeded');
  });

  test('the shorthand turns an empty list into null, as the page warns; the spec is then refused by name, not misread', async () => {
    await documented('temporal-start', 'empty-list', (text) => text.replace('"quick-test"', '"quick-test", "notify": []'));
    assert.match((await closeEvent('empty-list')).workflowExecutionFailedEventAttributes?.failure.message ?? '', /InvalidSpec: notify: .*found null/);
  });

  test('a wrong spec ends as Failed with InvalidSpec, and a cancel ends a run as Canceled', async () => {
    await documented('temporal-start', 'wrong', (text) => text.replace('{"preset": "quick-test"}', '{"foo": 1}'));
    assert.match((await closeEvent('wrong')).workflowExecutionFailedEventAttributes?.failure.message ?? '', /InvalidSpec: unknown key foo/);
    await documented('temporal-start', 'stopped', (text) => text.replace('"quick-test"', '"quick-test", "seed": 12'));
    assert.deepEqual(await documented('temporal-cancel', 'stopped'), {});
    assert.equal((await closeEvent('stopped')).eventType, 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED');
  });
});

/** A server of its own and no worker of a stack: the plan's activity is the test's, and fails as often as it says. */
test('retryStep over HTTP brings a parked run on, gives one answer however often it is sent, and is refused for what is not parked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ares-temporal-http-'));
  await mkdir(join(folder, 'logs'));
  const { child, temporal } = await onFreePorts(async () => startTemporal(programPath('temporal'), { folder, keep: false }));
  const connection = await NativeConnection.connect({ address: temporal.address });
  let attempts = 0;
  /** The store fails until the operator has answered; then the data turn out to be bad, which ends the run. */
  const resolvePlan = async (): Promise<never> => {
    attempts += 1;
    const type = attempts <= MAXIMUM_ATTEMPTS ? 'StoreUnavailable' : 'InvalidData';
    throw ApplicationFailure.create({ type, message: `attempt ${attempts}`, nextRetryDelay: '10ms' });
  };
  try {
    const workflows = await Worker.create({ connection, taskQueue: TASK_QUEUES.workflow, workflowsPath: productFile('workflows/index.js') });
    const io = await Worker.create({ connection, taskQueue: TASK_QUEUES.io, activities: { resolvePlan } });
    await workflows.runUntil(io.runUntil(parkAndRetry({ ARES_TEMPORAL_HTTP: temporal.http, ID: 'parked' })));
    assert.equal(attempts, MAXIMUM_ATTEMPTS + 1);
  } finally {
    await connection.close();
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

async function parkAndRetry(env: NodeJS.ProcessEnv): Promise<void> {
  type Outcome = { readonly outcome: { readonly success?: readonly string[]; readonly failure?: { readonly message: string } } };
  const documented = async <T>(name: string, change?: (text: string) => string): Promise<T> => JSON.parse(await runDocumented(name, env, change)) as T;
  await documented('temporal-start', (text) => text.replace('"quick-test"', '"quick-test", "notify": ["completed"]'));
  const state = async (): Promise<string> => (await documented<{ queryResult: [RunStatus] }>('temporal-query')).queryResult[0].state;
  for (const deadline = Date.now() + 120_000; (await state()) !== 'Blocked'; )
    assert.ok(Date.now() < deadline && (await state()) !== 'Failed', 'the run did not park');
  const refused = await documented<Outcome>('temporal-retry', (text) => text.replace('mended-1', 'another'));
  assert.match(refused.outcome.failure?.message ?? '', /data-collection/);
  const retryPlan = async (): Promise<Outcome> => documented<Outcome>('temporal-retry', (text) => text.replace('data-collection', 'plan'));
  const answered = await retryPlan();
  assert.ok(answered.outcome.success, JSON.stringify(answered));
  const { history } = await documented<{ history: { events: CloseEvent[] } }>('temporal-result');
  assert.match(history.events[0]?.workflowExecutionFailedEventAttributes?.failure.message ?? '', /attempt 9/);
  assert.deepEqual((await retryPlan()).outcome, answered.outcome);
}
