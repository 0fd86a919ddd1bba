import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RunPlan } from '../../pipeline/plan.js';
import type { RunStatus } from '../../pipeline/run-status.js';
import { artifactProblems } from '../../pipeline/step-artifacts.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { implausibleWork } from '../../pipeline/implausible-work.js';
import { startStack } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';

const SPEC = ['--symbol', 'OPSUSDT', '--features', 'minimal', '--max-trials', '2', '--walk-forward-windows', '1', '--simulation.trades-per-minute', '20'];

describe('operating a real run by command', { timeout: 900_000 }, () => {
  let stack: TestStack;

  before(async () => {
    stack = await startStack();
  });
  after(async () => stack.stop());

  async function status(id: string): Promise<RunStatus> {
    return stack.client.workflow.getHandle(id).query<RunStatus>('status');
  }

  async function until(id: string, reached: (now: RunStatus) => boolean): Promise<RunStatus> {
    for (;;) {
      const now = await status(id);
      if (reached(now)) return now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function command(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await stack.ares(...args);
    assert.equal(code, 0, `ares ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  test('paused, adjusted, canceled and resumed it completes; finished steps are computed once; the change is in its record', async () => {
    await command('run', '--detach', '--id', 'operated', ...SPEC);
    await until('operated', (now) => now.current.length > 0);
    await command('pause', 'operated', '--note', 'a look at the data');
    const refused = await stack.ares('adjust', 'operated', '--seed', '8', '--note', 'x');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /refused adjust: seed: fixed when the run began/);
    assert.match(await command('adjust', 'operated', '--bootstrap-paths', '150', '--note', 'enough'), /bootstrapPaths: as the preset says -> 150/);
    await command('unpause', 'operated');
    await until('operated', (now) => now.current.includes('analyst-enhancement'));
    await command('cancel', 'operated');
    assert.equal((await stack.ares('result', 'operated')).code, 4);
    const resumed = await stack.ares('resume', 'operated', '--follow', '--json');
    assert.equal(resumed.code, 0, resumed.stderr);
    const ended = await status('operated');
    assert.equal(ended.plan?.settings.bootstrapPaths, 150);
    const done = (await stack.sideLog()).filter((entry) => entry.event === 'done');
    const keys = done.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, 'no task was computed twice');
    const record = (await stack.store.readJson('runs/operated/index.json')) as { status: RunStatus };
    assert.deepEqual(
      record.status.operatorActions.map(({ update, outcome }) => `${update} ${outcome}`),
      ended.operatorActions.map(({ update, outcome }) => `${update} ${outcome}`),
    );
    assert.ok(ended.operatorActions.some(({ update }) => update === 'adjust'));
  });

  test("every step's real result has the declared names and schemas, and none of a real run's figures is called implausible", async () => {
    const { steps, plan } = await status('operated');
    for (const step of steps) {
      const manifest = await stack.store.readManifest(step.id, step.result?.key ?? '');
      assert.deepEqual(artifactProblems(step.id, plan as RunPlan, manifest?.artifacts ?? []), [], step.id);
      assert.equal(step.result === null ? null : implausibleWork({ ...step.result, cached: false }), null, step.id);
    }
  });

  test('ares supply gives the address of a result in a run, and says where there is none', async () => {
    const { artifact } = JSON.parse(await command('supply', STEPS[2].id, '--run', 'operated', '--json')) as { artifact: string };
    assert.equal(artifact, (await status('operated')).steps[2]?.result?.manifestUri);
    const wrong = await stack.ares('supply', STEPS[2].id, '--run', 'nobody');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /no run nobody has ended/);
    assert.equal((await stack.ares('supply', STEPS[2].id)).code, 2);
  });
});
