import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { badData, downAtFirst, failureOf, makeGate, startHarness, storeDown, waitFor } from './workflow-harness.js';
import type { WorkflowHarness } from './workflow-harness.js';

const MANIFEST = `s3://ares/default/manifests/data-collection/${'a'.repeat(64)}.json`;

let harness: WorkflowHarness;

before(async () => {
  harness = await startHarness();
});

after(async () => harness.stop());

/** The reason of a refusal. */
async function refusal(id: string, name: string, input: unknown): Promise<string> {
  try {
    const answer = await harness.update(id, name, input);
    throw new assert.AssertionError({ message: `expected ${name} to be refused, but it answered ${answer}` });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    return error.cause?.message ?? '';
  }
}

async function found(id: string, query: string): Promise<void> {
  const search = `WorkflowId = "${id}" AND ${query}`;
  await waitFor(
    async () => harness.client.workflowService.listWorkflowExecutions({ namespace: 'default', query: search }),
    (page) => page.executions?.length === 1,
  );
}

async function detailsOf(id: string): Promise<string> {
  const metadata = await harness.client.workflow.getHandle(id).query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}

describe('operator updates', { timeout: 300_000 }, () => {
  test('a failure of the environment parks the run as Blocked; details and attributes tell it; retryStep goes on, once', async () => {
    const id = await harness.start({}, { 'data-collection': downAtFirst });
    const status = await harness.until(id, (now) => now.state === 'Blocked');
    assert.equal(status.steps[0]?.error?.type, 'StoreUnavailable');
    await found(id, 'RunState = "Blocked" AND BlockedStep = "data-collection" AND CurrentStep = "data-collection" AND ErrorType = "StoreUnavailable"');
    const details = await detailsOf(id);
    assert.match(details, /\*\*Blocked at data-collection\*\* \(StoreUnavailable\): S3 at http/);
    assert.ok(details.includes(`Or Reset to event ${status.steps[0]?.resetEvent}.`), details);
    assert.ok(details.includes(`\nares resume ${id}\n`), details);
    assert.ok(
      details.includes(`temporal workflow update execute --workflow-id ${id} --name retryStep --input '{"step":"data-collection","attempt":1}'`),
      details,
    );

    assert.match(await refusal(id, 'retryStep', { step: 'data-collection', attempt: 2 }), /blocked at attempt 1, not 2/);
    assert.match(await refusal(id, 'retryStep', { step: 'saving', attempt: 1 }), /saving is waiting, not blocked/);
    assert.match(await refusal(id, 'retryStep', { step: 'A5', attempt: 1 }), /unknown step "A5"; expected plan or one of data-collection/);
    assert.match(await refusal(id, 'retryStep', { step: 'data-collection' }), /attempt: .*found nothing/);
    assert.match(await refusal(id, 'retryStep', { step: 'data-collection', attempt: 1, force: true }), /force/);
    assert.match(await refusal(id, 'retryStep', 'data-collection'), /input: .*found "data-collection"/);

    const note = 'bucket is back';
    assert.equal(await harness.update(id, 'retryStep', { step: 'data-collection', attempt: 1, note }), 'step data-collection runs again');
    await harness.result(id);
    const ended = await harness.status(id);
    assert.deepEqual(
      ended.operatorActions.map(({ at: _at, ...action }) => action),
      [{ update: 'retryStep', step: 'data-collection', attempt: 1, note, outcome: 'applied', detail: 'step data-collection runs again' }],
    );
    assert.ok(Date.parse(ended.operatorActions[0]?.at ?? '') > Date.UTC(2020, 0, 1));
    assert.deepEqual(harness.records.at(-1)?.status.operatorActions, ended.operatorActions);
    await found(id, 'RunState = "Succeeded" AND BlockedStep IS NULL AND ErrorType IS NULL');
    assert.match(await detailsOf(id), /`retryStep` data-collection applied: step data-collection runs again \(bucket is back\)/);
  });

  test('two answers to one failure: the first counts, the second is refused', async () => {
    const id = await harness.start({}, { 'data-collection': storeDown });
    await harness.until(id, (now) => now.state === 'Blocked');
    const answers = await Promise.allSettled([1, 2].map(async () => harness.update(id, 'retryStep', { step: 'data-collection', attempt: 1 })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await harness.until(id, (now) => now.steps[0]?.state === 'blocked' && now.steps[0].attempt === 2);
    assert.equal(harness.calls.length, 2);
    await harness.update(id, 'failRun', { step: 'data-collection', attempt: 2, note: 'not worth it' });
    assert.equal((await failureOf(harness.result(id))).type, 'StoreUnavailable');
    assert.equal((await harness.status(id)).operatorActions.at(-1)?.note, 'not worth it');
  });

  test('a parked run lets the other branches finish, and goes on from there', async () => {
    const id = await harness.start({}, { 'monte-carlo-validation': downAtFirst });
    const status = await harness.until(id, (now) => now.state === 'Blocked' && now.current.length === 0);
    assert.equal(status.fraction, 14 / 16);
    assert.deepEqual(status.blocked, ['monte-carlo-validation']);
    await harness.update(id, 'retryStep', { step: 'monte-carlo-validation', attempt: 1 });
    assert.equal((await harness.result(id)).state, 'Succeeded');
  });

  test('a plan that cannot be made for now parks like a step, and other values may come with the retry', async () => {
    const id = await harness.start({ maxTrials: 9 }, { plan: downAtFirst });
    const status = await harness.until(id, (now) => now.state === 'Blocked');
    assert.deepEqual([status.blocked, status.planning.state, status.planning.error?.type], [['plan'], 'blocked', 'StoreUnavailable']);
    await found(id, 'RunState = "Blocked" AND BlockedStep = "plan"');
    assert.match(await refusal(id, 'skipStep', { step: 'plan', attempt: 1, artifact: MANIFEST, note: 'x' }), /a plan cannot be supplied/);
    assert.match(await refusal(id, 'adjust', { overrides: { maxTrials: 5 }, note: 'x' }), /planning is blocked: send retryStep with overrides/);
    await harness.update(id, 'retryStep', { step: 'plan', attempt: 1, overrides: { maxTrials: 5 } });
    await harness.result(id);
    assert.equal((await harness.status(id)).plan?.settings.maxTrials, 5);
  });

  test('skipStep goes on with a checked result, shown as supplied and never as cached or computed', async () => {
    const id = await harness.start({}, { 'data-collection': storeDown });
    await harness.until(id, (now) => now.state === 'Blocked');
    assert.match(await refusal(id, 'skipStep', { step: 'data-collection', attempt: 1, artifact: MANIFEST }), /note/);
    assert.match(await refusal(id, 'skipStep', { step: 'data-collection', attempt: 1, artifact: '/tmp/x', note: 'x' }), /artifact: .*found "\/tmp\/x"/);
    await harness.update(id, 'skipStep', { step: 'data-collection', attempt: 1, artifact: MANIFEST, note: 'from the run of yesterday' });
    const result = await harness.result(id);
    assert.equal(result.steps[0]?.reason, 'supplied by an operator: from the run of yesterday');
    const status = await harness.status(id);
    assert.deepEqual([status.steps[0]?.state, status.steps[0]?.supplied, status.steps[1]?.supplied], ['done', true, false]);
    assert.match(await detailsOf(id), /\| 1 \| data-collection \| done \(supplied\) \|/);
    assert.equal(harness.calls.filter((step) => step === 'data-collection').length, 1);
    assert.equal(harness.records.at(-1)?.status.steps[0]?.supplied, true);
  });

  test('a supplied result that its check refuses leaves the run parked, says why, and can be answered again', async () => {
    const id = await harness.start({}, { 'data-collection': downAtFirst });
    await harness.until(id, (now) => now.state === 'Blocked');
    const accept = harness.supplied;
    harness.supplied = () => {
      throw ApplicationFailure.nonRetryable('artifact funding (ares.funding) is missing', 'InvalidData');
    };
    const reason = await refusal(id, 'skipStep', { step: 'data-collection', attempt: 1, artifact: MANIFEST, note: 'x' });
    harness.supplied = accept;
    assert.equal(reason, 'artifact funding (ares.funding) is missing');
    const status = await harness.status(id);
    assert.equal(status.state, 'Blocked');
    assert.deepEqual(
      [status.operatorActions[0]?.outcome, status.operatorActions[0]?.detail],
      ['refused', 'InvalidData: artifact funding (ares.funding) is missing'],
    );
    await harness.update(id, 'retryStep', { step: 'data-collection', attempt: 1 });
    assert.equal((await harness.result(id)).state, 'Succeeded');
  });

  test('adjust changes what later steps get, with a new spec hash, and refuses by name what a started step has read', async () => {
    const gate = makeGate();
    const id = await harness.start({ maxTrials: 9 }, { 'analyst-enhancement': async () => gate.opened });
    const before = await harness.until(id, (now) => now.current.includes('analyst-enhancement'));
    await found(id, 'SpecHash IS NOT NULL');
    assert.match(
      await refusal(id, 'adjust', { overrides: { maxTrials: 5 }, note: 'x' }),
      /step analyst-enhancement has started and reads trials: 9 would become 5/,
    );
    assert.match(await refusal(id, 'adjust', { overrides: { seed: 8 }, note: 'x' }), /seed: fixed when the run began \(7\)/);
    assert.match(await refusal(id, 'adjust', { overrides: { symbol: 'BTCUSDT' }, note: 'x' }), /symbol: fixed/);
    assert.match(await refusal(id, 'adjust', { overrides: { segments: { train: 0.6, test: 0.1 } }, note: 'x' }), /segments: fixed/);
    assert.match(
      await refusal(id, 'adjust', { overrides: { labels: { holdingBars: [4, 16] } }, note: 'x' }),
      /labels.holdingBars: its largest value is the embargo/,
    );
    assert.match(await refusal(id, 'adjust', { overrides: { trials: 5 }, note: 'x' }), /unknown key trials/);
    assert.match(await refusal(id, 'adjust', { overrides: { bootstrapPaths: 5 }, note: 'x' }), /bootstrapPaths: .*found 5/);
    assert.match(await refusal(id, 'adjust', { overrides: { device: 'gpu' }, note: 'x' }), /GPU worker/);
    assert.match(await refusal(id, 'adjust', { overrides: {}, note: 'x' }), /they change nothing/);
    assert.match(await refusal(id, 'adjust', { overrides: { bootstrapPaths: 500 } }), /note/);
    const answer = await harness.update(id, 'adjust', { overrides: { bootstrapPaths: 500 }, note: 'enough for a look' });
    assert.match(answer, /bootstrapPaths: as the preset says -> 500/);
    const status = await harness.status(id);
    assert.equal(status.plan?.settings.bootstrapPaths, 500);
    gate.open();
    const result = await harness.result(id);
    assert.equal(harness.plans.get('monte-carlo-validation')?.settings.bootstrapPaths, 500);
    assert.equal(harness.plans.get('analyst-enhancement')?.settings.bootstrapPaths, before.plan?.settings.bootstrapPaths);
    await found(id, `SpecHash = "${result.planHash}"`);
    assert.equal(harness.records.at(-1)?.planHash, result.planHash);
    assert.equal(harness.records.at(-1)?.status.operatorActions[0]?.update, 'adjust');
  });

  test('retryStep with overrides changes the parked step and later ones, never finished ones', async () => {
    const id = await harness.start({ maxTrials: 9 }, { 'analyst-enhancement': downAtFirst });
    await harness.until(id, (now) => now.state === 'Blocked');
    const answer = { step: 'analyst-enhancement', attempt: 1 };
    assert.match(
      await refusal(id, 'retryStep', { ...answer, overrides: { folds: 5 } }),
      /step analyst-labeling-feature-engineering has started and reads folds/,
    );
    await harness.update(id, 'retryStep', { ...answer, overrides: { maxTrials: 4, autoCheckpointMinutes: 0.5, threads: 1 } });
    await harness.result(id);
    assert.equal(harness.plans.get('analyst-enhancement')?.settings.maxTrials, 4);
    assert.equal(harness.plans.get('saving')?.spec.autoCheckpointMinutes, 0.5);
  });

  test('a paused run starts no step until it goes on, and is found as Paused; the same order twice is refused', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'data-collection': async () => gate.opened });
    await harness.until(id, (now) => now.steps[0]?.state === 'running');
    assert.match(await refusal(id, 'setPaused', { paused: false }), /not paused already/);
    await harness.update(id, 'setPaused', { paused: true, note: 'maintenance' });
    await found(id, 'RunState = "Paused"');
    assert.match(await refusal(id, 'setPaused', { paused: true }), /paused already/);
    gate.open();
    await harness.until(id, (now) => now.steps[0]?.state === 'done');
    // Whatever the finished step had led to would be scheduled by the task that an update needs.
    assert.match(await refusal(id, 'setPaused', { paused: 'yes' }), /paused: .*found "yes"/);
    assert.deepEqual([(await harness.status(id)).current, harness.calls], [[], ['data-collection']]);
    await harness.update(id, 'setPaused', { paused: false });
    await harness.result(id);
    await found(id, 'RunState = "Succeeded"');
  });

  test('every update is listed with a description and an example that its own validator takes', async () => {
    const id = await harness.start({}, { 'data-collection': storeDown });
    await harness.until(id, (now) => now.state === 'Blocked');
    const metadata = await harness.client.workflow
      .getHandle(id)
      .query<{ definition: { updateDefinitions: readonly { name: string; description: string }[] } }>('__temporal_workflow_metadata');
    const listed = metadata.definition.updateDefinitions;
    assert.deepEqual(listed.map(({ name }) => name).sort(), ['adjust', 'failRun', 'retryStep', 'setPaused', 'skipStep']);
    for (const { name, description } of listed) assert.match(description, /: \{.*\}/, name);
    const example = (name: string): unknown => JSON.parse(/\{.*?\}(?=;|$)/.exec(listed.find((update) => update.name === name)?.description ?? '')?.[0] ?? '');
    await harness.update(id, 'setPaused', example('setPaused'));
    await harness.update(id, 'adjust', { overrides: { maxTrials: 5, bootstrapPaths: 500 }, note: 'why' });
    await harness.update(id, 'failRun', example('failRun'));
    await failureOf(harness.result(id));
  });

  test('notices go out at blocked, failed and completed; a dead channel is told in the status and changes nothing', async () => {
    harness.channel = (notice, call) => {
      if (call === 1) throw ApplicationFailure.nonRetryable('no answer at the webhook', 'AccessDenied');
      return [{ channel: 'webhook-1', state: 'sent', detail: notice.event }];
    };
    const id = await harness.start({}, { 'data-collection': downAtFirst });
    await harness.until(id, (now) => now.notices.length === 1);
    await harness.update(id, 'retryStep', { step: 'data-collection', attempt: 1 });
    assert.equal((await harness.result(id)).state, 'Succeeded');
    assert.deepEqual((await harness.status(id)).notices, [
      { channel: 'all', state: 'failed', detail: 'AccessDenied: no answer at the webhook', event: 'blocked' },
      { channel: 'webhook-1', state: 'sent', detail: 'completed', event: 'completed' },
    ]);
    const [blocked] = harness.notices;
    assert.deepEqual([blocked?.step, blocked?.attempt, blocked?.error?.type, blocked?.symbol], ['data-collection', 1, 'StoreUnavailable', 'ETHUSDT']);
    const failed = await harness.start({}, { 'data-collection': badData });
    await failureOf(harness.result(failed));
    assert.deepEqual(
      harness.notices.map(({ event }) => event),
      ['failed'],
    );
    await harness.result(await harness.start({ notify: ['blocked'] }));
    assert.deepEqual(harness.notices, []);
    harness.channel = null;
    await harness.result(await harness.start({}));
    assert.deepEqual(harness.notices, []);
  });
});
