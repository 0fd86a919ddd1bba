import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import type { StepResult } from '../../pipeline/artifacts.js';
import type { RunResult, RunStatus } from '../../pipeline/run-status.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import type { SideLogEntry } from '../../activities/side-log.js';
import { cacheFolder } from '../../adapters/local-paths.js';
import { startStack } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';

/** A spec of one symbol's name: other names give other keys, so tests share a store without sharing results. */
const specOf = (symbol: string): object => ({ symbol });
/** What the names do not change: the numbers. Hashes of two symbols differ only where the symbol is written down. */
const TRAINING = 'analyst-specialist-training';
/** Long steps write their parts to the store this often. */
const CHECKPOINT_MS = 800;

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

  test('with kill -9 in the middle of step 6 redoes at most one checkpoint interval, also where the local disk is wiped', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ares-parts-'));
    const killed = await startStack({ folder });
    try {
      const spec = { symbol: 'EEEUSDT', maxTrials: 30, autoCheckpointMinutes: CHECKPOINT_MS / 60_000 };
      await start(killed, 'cut', spec);
      let cutKey: string | undefined;
      await until(async () => {
        [cutKey] = await cutKeys(killed);
        return cutKey !== undefined;
      }, 180_000);
      // Some parts later: these are the ones that a kill may cost.
      const seen = partsOf(await killed.sideLog(), cutKey).length;
      await until(async () => partsOf(await killed.sideLog(), cutKey).length >= seen + 3);
      process.kill(killed.workerPid, 'SIGKILL');
      const firstKill = await killed.sideLog();
      const children = new Set(firstKill.map(({ pid }) => pid));
      // Nothing of the first worker's disk is left but the programs: the parts come from S3.
      await rm(join(folder, 'cache'), { recursive: true, force: true });
      await wipeStaging(killed.workerPid);
      const worker = await killed.startWorker({ ARES_CACHE_DIR: join(folder, 'cache-of-another-machine') });
      await until(async () => partsOf(await killed.sideLog(), cutKey).some(({ pid }) => !children.has(pid)), 180_000);
      worker.kill('SIGKILL');
      const secondKill = await killed.sideLog();
      await wipeStaging(worker.pid as number);
      await killed.startWorker({ ARES_CACHE_DIR: join(folder, 'cache-of-a-third-machine') });
      const resumed = await enhancementOf(killed, 'cut');
      const log = await killed.sideLog();
      const total = partsOf(log, cutKey);
      for (const [from, to] of [
        [0, firstKill.length],
        [firstKill.length, secondKill.length],
      ] as const) {
        const lost = redone(log, { from, to });
        console.log(
          `${lost.parts} of ${lost.before} parts were redone after kill -9, ${lost.spanMs} ms of work; ${new Set(total.map(({ part }) => part)).size} parts in the unit`,
        );
        assert.ok(lost.spanMs <= CHECKPOINT_MS + lost.longestMs, `${lost.parts} parts over ${lost.spanMs} ms, the longest took ${lost.longestMs} ms`);
      }
      const kept = new Set(partsOf(firstKill, cutKey).map(({ part }) => part)).size;
      assert.ok(redone(log, { from: 0, to: firstKill.length }).parts < kept, 'parts of the first attempt were taken from the checkpoint');
      const committed = new Set(log.flatMap((entry) => (entry.event === 'done' ? [entry.key] : [])));
      for (const key of await writtenKeys(killed)) assert.ok(!committed.has(key), 'checkpoints are gone once results are committed');
      await start(stack, 'uncut', spec);
      assert.deepEqual(resumed, await enhancementOf(stack, 'uncut'));
    } finally {
      await killed.stop();
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

/** Hashes of step 6 once it is done; the rest of the run is not waited for. */
async function enhancementOf(stack: TestStack, workflowId: string): Promise<Record<string, string>> {
  const result = async (): Promise<StepResult | null> =>
    (await status(stack, workflowId)).steps.find((step) => step.id === 'analyst-enhancement' && step.state === 'done')?.result ?? null;
  await until(async () => (await result()) !== null, 240_000);
  const { artifacts = [] } = (await result()) ?? {};
  await stack.client.workflow.getHandle(workflowId).terminate();
  return Object.fromEntries(artifacts.map(({ name, sha256 }) => [name, sha256]));
}

/** Keys of steps and units that have a checkpoint in the store now. */
async function writtenKeys(stack: TestStack): Promise<string[]> {
  return [...new Set((await stack.store.list('checkpoints/')).map(({ key }) => key.split('/')[1] ?? ''))];
}

/** Of those, units of step 6 that are far from done: 30 trials on 4 folds alone are 120 parts. */
async function cutKeys(stack: TestStack): Promise<string[]> {
  const log = await stack.sideLog();
  const own = new Set(log.flatMap((entry) => (entry.step === 'analyst-enhancement' && entry.unit !== null ? [entry.key] : [])));
  return (await writtenKeys(stack)).filter((key) => own.has(key) && partsOf(log, key).length < 80);
}

function partsOf(log: readonly SideLogEntry[], key: string | undefined): readonly SideLogEntry[] {
  return log.filter((entry) => entry.event === 'part' && entry.key === key);
}

/** Parts logged in [from, to) and again later: how many, and the time from the first of them to the last part of their key before the cut. */
function redone(
  log: readonly SideLogEntry[],
  { from, to }: { from: number; to: number },
): { parts: number; before: number; spanMs: number; longestMs: number } {
  const worst = { parts: 0, before: 0, spanMs: 0, longestMs: 0 };
  for (const key of new Set(log.slice(from, to).map((entry) => entry.key))) {
    const before = partsOf(log.slice(from, to), key);
    const after = new Set(partsOf(log.slice(to), key).map(({ part }) => part));
    const lost = before.filter(({ part }) => after.has(part));
    const times = before.map(({ timeMs }) => timeMs as number);
    worst.parts += lost.length;
    worst.before += before.length;
    worst.longestMs = Math.max(worst.longestMs, ...times.slice(1).map((time, i) => time - (times[i] as number)));
    if (lost.length > 0) worst.spanMs = Math.max(worst.spanMs, (times.at(-1) as number) - (lost[0]?.timeMs as number));
  }
  return worst;
}

/** Staging folders carry the process id of their worker. */
async function wipeStaging(pid: number): Promise<void> {
  const staging = join(cacheFolder(), 'staging');
  for (const name of await readdir(staging)) if (name.startsWith(`${pid}-`)) await rm(join(staging, name), { recursive: true, force: true });
}

async function until(reached: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (await reached()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new assert.AssertionError({ message: `the expected state was not reached within ${withinMs / 1000} s` });
}
