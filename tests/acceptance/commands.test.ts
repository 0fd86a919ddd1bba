import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readParquet } from '../../adapters/tables/index.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { TestStack } from '../support/stack.js';
import { startStack } from '../support/stack.js';

/** Every `ares` command against a live stack, with its exit code and its `--json`. */
describe('the ares commands on a live stack', () => {
  let stack: TestStack;
  before(async () => {
    stack = await startStack();
  });
  after(async () => stack.stop());

  async function json<T>(...args: string[]): Promise<T> {
    const result = await stack.ares(...args, '--json');
    assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}`);
    return JSON.parse(result.stdout) as T;
  }

  test('plan forecasts a run that is not there yet, run does it, and plan then finds all of it cached', async () => {
    type Forecast = { steps: { id: string; cached: boolean; reason: string }[] };
    const before = await json<Forecast>('plan');
    assert.deepEqual(
      before.steps.map((step) => step.id),
      STEPS.map((step) => step.id),
    );
    assert.ok(before.steps.every((step) => !step.cached && step.reason !== ''));
    const run = await json<{ state: string }>('run', '--id', 'commands');
    assert.equal(run.state, 'Succeeded');
    const afterwards = await json<Forecast>('plan');
    assert.deepEqual(
      afterwards.steps.filter((step) => !step.cached),
      [],
    );
    const refreshed = await json<Forecast>('plan', '--refresh', 'monte-carlo-validation');
    assert.deepEqual(
      refreshed.steps.filter((step) => !step.cached).map((step) => step.id),
      ['monte-carlo-validation', 'saving'],
    );
  });

  test('a second run of that id starts nothing and shows the same run', async () => {
    const [first, second] = [await json<{ runId: string }>('result', 'commands'), await json<{ runId: string }>('run', '--id', 'commands')];
    assert.equal(first.runId, second.runId);
  });

  test('status, watch and list show the finished run', async () => {
    const status = await json<{ state: string; steps: { state: string }[] }>('status', 'commands');
    assert.equal(status.state, 'Succeeded');
    assert.ok(status.steps.every((step) => step.state === 'done'));
    assert.equal((await json<{ state: string }>('watch', 'commands')).state, 'Succeeded');
    const runs = await json<{ workflowId: string }[]>('list', '--state', 'Succeeded');
    assert.ok(runs.some((run) => run.workflowId === 'commands'));
  });

  test('a cancelled run exits with 4', async () => {
    const started = await json<{ workflowId: string }>('run', '--detach', '--id', 'to-cancel', '--symbol', 'XRPUSDT');
    assert.equal(started.workflowId, 'to-cancel');
    await json('cancel', 'to-cancel');
    assert.equal((await stack.ares('result', 'to-cancel')).code, 4);
  });

  test('bad input exits with 2 and names key and value, whatever the server does', async () => {
    const refused = await stack.ares('run', '--spec', '{"symbol":5,"foo":1}');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /unknown key foo/);
    assert.match(refused.stderr, /symbol: .*found 5/);
    assert.equal((await stack.ares('status', 'no-such-run')).code, 2);
  });

  test('bad data fails the run with exit code 1 and the cause', async () => {
    const failed = await stack.ares('run', '--source', 'files', '--path', stack.folder, '--symbol', 'NOSUCH', '--json');
    assert.equal(failed.code, 1, failed.stderr);
    const { state, error } = JSON.parse(failed.stdout) as { state: string; error: { type: string; message: string } };
    assert.equal(state, 'Failed');
    assert.equal(error.type, 'InvalidData');
    assert.match(error.message, /NOSUCH/);
  });

  test('predict, a fresh process with nothing but the bundle and raw bars, gives the decisions of the test segment bit for bit', async () => {
    const status = await json<{ plan: RunPlan; steps: { id: string; result: { artifacts: ArtifactRef[] } }[] }>('status', 'commands');
    const artifactsOf = (step: string): ArtifactRef[] => status.steps.find(({ id }) => id === step)?.result.artifacts ?? [];
    const local = async (step: string, name: string): Promise<string> => {
      const artifact = artifactsOf(step).find((candidate) => candidate.name === name);
      assert.ok(artifact, `${step}/${name}`);
      return stack.store.getToCache(artifact);
    };
    const [bundle, funding] = [await local('saving', 'bundle'), await local('data-collection', 'funding')];
    const months = artifactsOf('market-regime-classification').filter(({ name }) => name.startsWith('bars-fine/'));
    const bars = join(stack.folder, 'months');
    await mkdir(bars);
    for (const month of months) await copyFile(await stack.store.getToCache(month), join(bars, month.sha256));
    const { test: span } = status.plan.segments;
    const out = join(stack.folder, 'predicted.parquet');
    const times = ['--from', new Date(span.fromMs).toISOString(), '--to', new Date(span.toMs).toISOString()];
    const predicted = await stack.ares('predict', '--bundle', bundle, '--bars', bars, '--funding', funding, ...times, '--out', out, '--json');
    assert.equal(predicted.code, 0, predicted.stderr);
    const [fresh, stored] = [await readParquet(out), await readParquet(await local('saving', 'test-decisions'))];
    assert.ok(stored.rowCount > 50, `${stored.rowCount} decisions`);
    assert.deepEqual(fresh.columns, stored.columns);
  });

  test('presets, env, doctor and cache answer in JSON', async () => {
    assert.ok('quick-test' in (await json<Record<string, unknown>>('presets')));
    assert.match(JSON.stringify(await json('env')), /127\.0\.0\.1/);
    assert.match((await stack.ares('doctor', '--json')).stdout, /Node/);
    const held = await json<{ manifests: number; objects: number; orphans: number }>('cache', 'ls');
    assert.ok(held.manifests > 16 && held.objects > 16);
    assert.ok(Number.isInteger(held.orphans));
    const kept = await json<{ removable: number }>('cache', 'clean', '--dry-run');
    assert.equal(kept.removable, 0, 'nothing is older than a day');
  });
});
