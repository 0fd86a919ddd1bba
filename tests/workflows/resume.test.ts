import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RefusedByRun } from '../../client/operate-run.js';
import { badData, downAtFirst, failureOf, makeGate, startHarness, storeDown, untilCancelled } from './workflow-harness.js';
import type { WorkflowHarness } from './workflow-harness.js';

let harness: WorkflowHarness;

before(async () => {
  harness = await startHarness();
});

after(async () => harness.stop());

/** What the stages do from now on, with the calls counted anew. */
function mend(): void {
  harness.behaviour.clear();
  harness.calls.length = 0;
}

async function failedRun(step: string): Promise<{ id: string; event: number }> {
  const id = await harness.start({}, { [step]: badData });
  const { message } = await failureOf(harness.result(id));
  return { id, event: Number(/Reset to event (\d+)/.exec(message)?.[1]) };
}

describe('resume', { timeout: 300_000 }, () => {
  test('a failed run resumed by the client runs the failed step and its successors, not the finished ones', async () => {
    const { id, event } = await failedRun('analyst-enhancement');
    mend();
    const resumed = await harness.ares.resume(id, { note: 'models are there' });
    assert.deepEqual([resumed.how, resumed.event, resumed.steps], ['reset', event, ['analyst-enhancement']]);
    assert.equal((await harness.result(id)).state, 'Succeeded');
    assert.equal(harness.calls[0], 'analyst-enhancement');
    assert.equal(harness.calls.length, 11);
  });

  test('a reset to the published event, as the UI does it, does the same', async () => {
    const { id, event } = await failedRun('regime-data-splitting');
    mend();
    await harness.reset(id, event);
    await harness.result(id);
    assert.equal(harness.calls[0], 'regime-data-splitting');
  });

  test('a reset to the last workflow task fails again without running anything (M2)', async () => {
    const { id } = await failedRun('regime-data-splitting');
    mend();
    const history = await harness.client.workflow.getHandle(id).fetchHistory();
    const last = history.events?.findLast((event) => event.workflowTaskCompletedEventAttributes);
    await harness.reset(id, Number(last?.eventId));
    assert.equal((await failureOf(harness.result(id))).type, 'InvalidData');
    assert.equal(harness.calls.includes('regime-data-splitting'), false);
  });

  test('from the start every step is asked for again', async () => {
    const { id } = await failedRun('regime-data-splitting');
    mend();
    const resumed = await harness.ares.resume(id, { fromStart: true });
    assert.equal(resumed.event, null);
    await harness.result(id);
    assert.equal(harness.calls.length, 16);
  });

  test('an adjustment made before the failure holds again after a reset to the start, although it comes back before there is a plan', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'data-collection': async () => gate.opened, 'regime-data-splitting': badData });
    await harness.until(id, (status) => status.steps[0]?.state === 'running');
    await harness.update(id, 'adjust', { overrides: { bootstrapPaths: 700 }, note: 'enough for a look' });
    gate.open();
    await failureOf(harness.result(id));
    mend();
    await harness.ares.resume(id, { fromStart: true });
    await harness.result(id);
    const status = await harness.status(id);
    assert.equal(status.plan?.settings.bootstrapPaths, 700);
    assert.equal(harness.plans.get('monte-carlo-validation')?.settings.bootstrapPaths, 700);
    assert.deepEqual(
      status.operatorActions.map(({ update, outcome }) => [update, outcome]),
      [['adjust', 'applied']],
    );
  });

  test('a branch that finished after the reset point is run again (M5), one that finished before it is not', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'monte-carlo-validation': badData, 'walk-forward-validation': async () => gate.opened });
    await harness.until(id, (status) => status.steps.some((step) => step.state === 'failed'));
    gate.open();
    await failureOf(harness.result(id));
    mend();
    await harness.ares.resume(id);
    await harness.result(id);
    assert.deepEqual([...harness.calls].sort(), ['ab-testing', 'monte-carlo-validation', 'saving', 'walk-forward-validation']);
  });

  test('a canceled run goes on at the step that was cut off, and the old cancel request does not stop it again', async () => {
    const id = await harness.start({}, { 'market-regime-classification': untilCancelled });
    await harness.until(id, (status) => status.current.includes('market-regime-classification'));
    await harness.ares.cancel(id);
    await assert.rejects(harness.result(id), /cancel/i);
    mend();
    assert.deepEqual((await harness.ares.resume(id)).steps, ['market-regime-classification']);
    assert.equal((await harness.result(id)).state, 'Succeeded');
    assert.equal(harness.calls[0], 'market-regime-classification');
    assert.equal(harness.calls.includes('data-collection'), false);
  });

  test('a terminated run goes on too', async () => {
    const id = await harness.start({}, { 'market-regime-classification': storeDown });
    await harness.until(id, (status) => status.state === 'Blocked');
    await harness.client.workflow.getHandle(id).terminate('by mistake');
    mend();
    await harness.ares.resume(id);
    await harness.result(id);
    assert.equal(harness.calls[0], 'market-regime-classification');
  });

  test('a run that was cut off between two steps, while paused, goes on after the finished one', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'data-collection': async () => gate.opened });
    await harness.until(id, (status) => status.current.length === 1);
    await harness.update(id, 'setPaused', { paused: true });
    gate.open();
    await harness.until(id, (status) => status.fraction > 0);
    await harness.ares.cancel(id);
    await assert.rejects(harness.result(id), /cancel/i);
    mend();
    await harness.ares.resume(id);
    if ((await harness.status(id)).state === 'Paused') await harness.ares.setPaused(id, { paused: false });
    await harness.result(id);
    assert.equal(harness.calls.includes('data-collection'), false);
    assert.equal(harness.calls.length, 15);
  });

  test('a parked run is retried, with the note in its history', async () => {
    const id = await harness.start({}, { 'data-collection': downAtFirst });
    await harness.until(id, (status) => status.state === 'Blocked');
    const resumed = await harness.ares.resume(id, { note: 'store is back' });
    assert.deepEqual([resumed.how, resumed.steps], ['retried', ['data-collection']]);
    await harness.result(id);
    assert.equal((await harness.status(id)).operatorActions[0]?.note, 'store is back');
  });

  test('where nothing is to resume it says so: a running run, another step, a finished run, a refused spec', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'data-collection': async () => gate.opened });
    await harness.until(id, (status) => status.current.length === 1);
    await assert.rejects(harness.ares.resume(id), /is Running, not parked; there is nothing to resume/);
    await assert.rejects(harness.ares.skip(id, { artifact: 's3://x', note: 'x' }), /is Running; parked: nothing/);
    gate.open();
    await harness.result(id);
    await assert.rejects(harness.ares.resume(id), (error: unknown) => error instanceof RefusedByRun && /has succeeded/.test(error.message));
    const { id: failed } = await failedRun('data-collection');
    await assert.rejects(harness.ares.resume(failed, { step: 'saving' }), /step saving was never begun; begun: plan, data-collection/);
    const refused = await harness.start({ foo: 1 });
    await failureOf(harness.result(refused));
    await assert.rejects(harness.ares.resume(refused), /its spec is refused/);
  });

  test('after a reset of a run that had taken updates, an answer of old is refused and the run ends well (M7)', async () => {
    const id = await harness.start({}, { 'regime-data-splitting': downAtFirst });
    const parked = await harness.until(id, (status) => status.state === 'Blocked');
    await harness.update(id, 'retryStep', { step: 'regime-data-splitting', attempt: 1 });
    await harness.result(id);
    harness.calls.length = 0;
    harness.behaviour.clear();
    await harness.reset(id, parked.steps[2]?.resetEvent ?? 0);
    assert.equal((await harness.result(id)).state, 'Succeeded');
    assert.equal(harness.calls[0], 'regime-data-splitting');
    assert.deepEqual((await harness.status(id)).operatorActions, []);
    // An old failRun must not end the new run either.
    const second = await harness.start({}, { 'regime-data-splitting': storeDown });
    await harness.until(second, (status) => status.state === 'Blocked');
    await harness.update(second, 'failRun', { step: 'regime-data-splitting', attempt: 1 });
    await failureOf(harness.result(second));
    mend();
    await harness.ares.resume(second);
    assert.equal((await harness.result(second)).state, 'Succeeded');
  });

  test('a reset of a running run starts the step anew and ends well, with the old attempt still there (M12)', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'regime-data-splitting': async (_, call) => (call === 1 ? gate.opened : undefined) });
    const status = await harness.until(id, (now) => now.current.includes('regime-data-splitting'));
    await harness.reset(id, status.steps[2]?.resetEvent ?? 0);
    assert.equal((await harness.result(id)).state, 'Succeeded');
    gate.open();
    assert.equal(harness.calls.filter((step) => step === 'regime-data-splitting').length, 2);
    assert.equal(harness.calls.filter((step) => step === 'data-collection').length, 1);
  });
});
