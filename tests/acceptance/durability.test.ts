import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import type { RunResult, RunStatus } from '../../pipeline/run-status.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import { startStack } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';

/** A spec of one symbol's name: other names give other keys, so tests share a store without sharing results. */
const specOf = (symbol: string): object => ({ symbol });
/** What the names do not change: the numbers. Hashes of two symbols differ only where the symbol is written down. */
const TRAINING = 'analyst-specialist-training';

describe('a run whose worker is killed', () => {
  let stack: TestStack;
  let undisturbed: Record<string, string>;

  before(async () => {
    stack = await startStack();
    undisturbed = hashes(await execute(stack, 'undisturbed', specOf('AAAUSDT')));
  });
  after(async () => stack.stop());

  test('with kill -9 during step 5 completes on a new worker, finished units are not computed again, and hashes are equal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ares-kill-'));
    const killed = await startStack({ folder });
    try {
      await start(killed, 'killed', specOf('AAAUSDT'));
      await until(async () => (await doneUnits(killed)).length >= 2);
      process.kill(killed.workerPid, 'SIGKILL');
      const before = await doneUnits(killed);
      await killed.startWorker();
      const result = (await killed.client.workflow.getHandle('killed').result()) as RunResult;
      assert.deepEqual(hashes(result), undisturbed);
      const after = await doneUnits(killed);
      for (const unit of before) assert.equal(after.filter((other) => other === unit).length, 1, `${unit} was computed once`);
    } finally {
      await killed.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('and whose Temporal database is deleted goes on from the store when started anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ares-lost-'));
    const lost = await startStack({ folder });
    await start(lost, 'lost', specOf('AAAUSDT'));
    await until(async () => (await doneUnits(lost)).length >= 2);
    process.kill(lost.workerPid, 'SIGKILL');
    const before = await lost.sideLog();
    await lost.stop();
    await rm(join(folder, 'state', 'temporal.db'), { force: true });
    const anew = await startStack({ folder });
    try {
      assert.deepEqual(hashes(await execute(anew, 'anew', specOf('AAAUSDT'))), undisturbed);
      const log = (await anew.sideLog()).filter((entry) => entry.event === 'done');
      const finished = before.filter((entry) => entry.event === 'done');
      assert.ok(finished.some((entry) => entry.step === 'analyst-labeling-feature-engineering'));
      for (const entry of finished)
        assert.equal(log.filter((other) => other.key === entry.key).length, 1, `${entry.step} ${entry.unit ?? ''} was computed once`);
    } finally {
      await anew.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('two runs of one spec at the same time commit one manifest a step and give equal results', async () => {
    const [left, right] = await Promise.all([execute(stack, 'left', specOf('BBBUSDT')), execute(stack, 'right', specOf('BBBUSDT'))]);
    assert.deepEqual(hashes(left), hashes(right));
    const manifests = (await stack.store.list('manifests/saving/')).length;
    assert.equal(manifests, 2, 'one of AAAUSDT and one of BBBUSDT');
  });

  test('models deleted between steps 5 and 6 fail step 6 with MissingArtifact and no later activity starts', async () => {
    const handle = stack.client.workflow.getHandle('robbed');
    await start(stack, 'robbed', specOf('CCCUSDT'));
    await until(async () => (await status(stack, 'robbed')).steps.some((step) => step.id === TRAINING && step.state === 'running'));
    await handle.executeUpdate('setPaused', { args: [{ paused: true }] });
    await until(async () => (await status(stack, 'robbed')).steps.some((step) => step.id === TRAINING && step.state === 'done'));
    const models =
      (await status(stack, 'robbed')).steps.find((step) => step.id === TRAINING)?.result?.artifacts.filter((artifact) => artifact.kind === 'model') ?? [];
    assert.ok(models.length > 0);
    for (const model of models) await stack.store.remove(`objects/${model.sha256}`);
    await handle.executeUpdate('setPaused', { args: [{ paused: false }] });
    const failure = await failureOf(handle.result());
    assert.equal(failure.type, 'MissingArtifact');
    assert.match(failure.message, /step analyst-enhancement failed: MissingArtifact: artifact models\//);
    const states = (await status(stack, 'robbed')).steps.slice(6).map((step) => step.state);
    assert.deepEqual(new Set(states), new Set(['skipped']));
  });

  test('a cancelled run ends as Canceled and commits nothing of the step it was in', async () => {
    await start(stack, 'cancelled', specOf('DDDUSDT'));
    await until(async () => (await status(stack, 'cancelled')).steps.some((step) => step.id === TRAINING && step.state === 'running'));
    await stack.client.workflow.getHandle('cancelled').cancel();
    await assert.rejects(stack.client.workflow.getHandle('cancelled').result());
    assert.equal((await stack.client.workflow.getHandle('cancelled').describe()).status.name, 'CANCELLED');
  });
});

async function start(stack: TestStack, workflowId: string, spec: object): Promise<void> {
  await stack.client.workflow.start('trainPipeline', { taskQueue: TASK_QUEUES.workflow, workflowId, args: [spec] });
}

async function execute(stack: TestStack, workflowId: string, spec: object): Promise<RunResult> {
  await start(stack, workflowId, spec);
  return (await stack.client.workflow.getHandle(workflowId).result()) as RunResult;
}

async function status(stack: TestStack, workflowId: string): Promise<RunStatus> {
  return stack.client.workflow.getHandle(workflowId).query<RunStatus>('status');
}

async function doneUnits(stack: TestStack): Promise<string[]> {
  return (await stack.sideLog()).filter((entry) => entry.event === 'done' && entry.step === TRAINING && entry.unit !== null).map((entry) => entry.unit ?? '');
}

function hashes(result: RunResult): Record<string, string> {
  return Object.fromEntries(result.steps.flatMap((step) => step.artifacts.map((artifact) => [`${step.step}/${artifact.name}`, artifact.sha256])));
}

async function failureOf(result: Promise<unknown>): Promise<{ type: string; message: string }> {
  try {
    await result;
  } catch (error) {
    assert.ok(error instanceof WorkflowFailedError, String(error));
    const cause = error.cause as ApplicationFailure;
    return { type: cause.type ?? '', message: cause.message };
  }
  throw new assert.AssertionError({ message: 'expected the run to fail' });
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (await reached()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new assert.AssertionError({ message: 'the expected state was not reached within 60 s' });
}
