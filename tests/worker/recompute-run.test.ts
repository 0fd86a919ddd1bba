import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RunPlan } from '../../pipeline/plan.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { StepVerdict } from '../../pipeline/verification.js';
import { recomputeRun } from '../../worker/recompute-run.js';
import type { StoredRun } from '../../worker/run-record.js';
import { readRunManifests, readRunRecord } from '../../worker/run-record.js';
import { checkObjects, checkSources } from '../../worker/stored-objects.js';
import type { Making, RecordedRun } from './recorded-run.js';
import { startRecordedRun } from './recorded-run.js';

/** Real runner, keys, manifests and store; only what a step computes is a function of its parameters and inputs. */
describe('recomputing a recorded run', () => {
  let recorded: RecordedRun;
  let scratches = 0;

  before(async () => {
    recorded = await startRecordedRun();
    await recorded.record('r1');
  });
  after(async () => recorded.stop());

  async function recompute(making: Making = {}, change: (run: StoredRun) => StoredRun = (run) => run): Promise<Map<string, StepVerdict>> {
    const run = change(await readRunRecord(recorded.store, 'r1'));
    const manifests = await readRunManifests(recorded.store, run);
    const { found } = await checkObjects(recorded.store, [...manifests.values()], () => undefined);
    const scratch = recorded.scratch(`s${scratches++}`);
    const seen: string[] = [];
    const { signal } = new AbortController();
    const runner = recorded.runnerOver(scratch, making);
    const verdicts = await recomputeRun({ run, manifests, scratch, runner, signal, damaged: found, onStep: ({ step }) => void seen.push(step) });
    assert.deepEqual(
      seen,
      STEPS.map(({ id }) => id),
    );
    return new Map(verdicts.map((verdict) => [verdict.step, verdict]));
  }

  const verdictsOf = (found: ReadonlyMap<string, StepVerdict>, verdict: StepVerdict['verdict']): string[] =>
    [...found.values()].filter((step) => step.verdict === verdict).map(({ step }) => step);
  const withCosts = (plan: RunPlan): RunPlan => ({ ...plan, spec: { ...plan.spec, costs: { ...plan.spec.costs, takerFeeBps: 6 } } });

  test('an unchanged build gives every artifact again, into the scratch store alone', async () => {
    const before = (await recorded.store.list('')).length;
    const found = await recompute();
    assert.equal(verdictsOf(found, 'identical').length, 16);
    assert.ok([...found.values()].every(({ explanation, seconds }) => explanation.length === 0 && seconds !== null));
    assert.equal((await recorded.store.list('')).length, before);
  });

  test('a changed parameter is named with both values at the first step that reads it; what reads that step follows', async () => {
    const found = await recompute({}, (run) => ({ ...run, status: { ...run.status, plan: withCosts(run.status.plan) } }));
    const first = found.get('analyst-labeling-feature-engineering');
    assert.equal(first?.verdict, 'different');
    assert.match(first?.explanation[0] ?? '', /the key differs: parameters\.costs\.takerFeeBps: recorded 5, now 6/);
    assert.match(
      first?.explanation[1] ?? '',
      /artifact whole: recorded sha256 [0-9a-f]{64}, recomputed [0-9a-f]{64}; parameters\.costs\.takerFeeBps: recorded 5, recomputed 6/,
    );
    assert.equal(found.get('regime-data-splitting')?.verdict, 'identical');
    assert.deepEqual([found.get('saving')?.verdict, found.get('saving')?.follows], ['follows', 'analyst-labeling-feature-engineering']);
    // Walk-forward refits the chain by itself: it reads the costs too, and no step that differs.
    assert.deepEqual(verdictsOf(found, 'different'), ['analyst-labeling-feature-engineering', 'walk-forward-validation']);
  });

  test('other code that gives other bytes is named, with the first path that differs', async () => {
    const found = await recompute({ code: { 'tactician-labeling': 'new code' }, word: (step) => (step === 'tactician-labeling' ? 'other' : 'same') });
    assert.deepEqual(verdictsOf(found, 'different'), ['tactician-labeling']);
    const explanation = found.get('tactician-labeling')?.explanation ?? [];
    assert.match(explanation[0] ?? '', /the key differs: code: recorded "code of tactician-labeling", now "new code"/);
    assert.match(explanation[1] ?? '', /word: recorded "same", recomputed "other"/);
    assert.equal(found.get('analyst-enhancement')?.verdict, 'identical');
    assert.equal(found.get('tactician-specialist-training')?.follows, 'tactician-labeling');
  });

  test('another native library that gives equal bytes is identical and said, and later steps are still judged', async () => {
    const found = await recompute({ natives: { 'gradient-boosting': 'lightgbm 2' } });
    assert.equal(verdictsOf(found, 'identical').length, 16);
    assert.deepEqual(found.get('analyst-specialist-training')?.explanation, [
      'the key differs without effect on the bytes: natives.gradient-boosting: recorded "lightgbm 1", now "lightgbm 2"',
    ]);
  });

  test('a result that depends on something outside its key is named as such', async () => {
    const found = await recompute({ word: (step) => (step === 'ab-testing' ? 'chance' : 'same') });
    assert.deepEqual(verdictsOf(found, 'different'), ['ab-testing']);
    assert.equal(found.get('ab-testing')?.explanation[0], 'the key is the same, the bytes are not');
    assert.equal(found.get('monte-carlo-validation')?.verdict, 'identical');
  });

  test('a step that cannot be computed is different and says why', async () => {
    const found = await recompute({
      word: (step) => {
        if (step === 'walk-forward-validation') throw Object.assign(new Error('no memory left'), { name: 'OutOfMemory' });
        return 'same';
      },
    });
    assert.deepEqual(found.get('walk-forward-validation')?.explanation, ['it could not be computed again: OutOfMemory: no memory left']);
    assert.equal(found.get('saving')?.follows, 'walk-forward-validation');
  });

  test("an operator's result is not recomputed; later steps are computed from it and judged", async () => {
    const supply = (run: StoredRun): StoredRun => ({
      ...run,
      status: { ...run.status, steps: run.status.steps.map((step) => (step.id === 'analyst-enhancement' ? { ...step, supplied: true } : step)) },
    });
    const found = await recompute({ word: (step) => (step === 'analyst-enhancement' ? 'never asked' : 'same') }, supply);
    assert.deepEqual(verdictsOf(found, 'supplied'), ['analyst-enhancement']);
    assert.equal(verdictsOf(found, 'identical').length, 15);
  });

  test('a step that the run never did is absent', async () => {
    const found = await recompute({}, (run) => ({
      ...run,
      status: { ...run.status, steps: run.status.steps.map((step) => (step.id === 'saving' ? { ...step, state: 'failed', result: null } : step)) },
    }));
    assert.deepEqual(verdictsOf(found, 'absent'), ['saving']);
  });

  test('an object changed in the store is found by its hash, and its first difference from the recomputed one is named', async () => {
    const run = await readRunRecord(recorded.store, 'r1');
    const manifests = await readRunManifests(recorded.store, run);
    const ref = manifests.get('confidence-calibration')?.artifacts[0];
    assert.ok(ref !== undefined);
    const path = join(recorded.server.folder, ref.uri.slice('s3://'.length));
    const original = new TextDecoder().decode(await recorded.store.getBytes(ref));
    await writeFile(path, original.replace('"word":"same"', '"word":"lame"'));
    try {
      const { damaged, objects } = await checkObjects(recorded.store, [...manifests.values()], () => undefined);
      assert.ok(objects >= 16);
      assert.equal(damaged.length, 1);
      assert.match(damaged[0] ?? '', /of confidence-calibration\/whole has sha256 [0-9a-f]{64} in the store, its manifest says [0-9a-f]{64}/);
      const found = await recompute();
      assert.match(
        found.get('confidence-calibration')?.explanation[0] ?? '',
        /the object in the store was changed since: .*word: recorded "lame", recomputed "same"/,
      );
    } finally {
      await writeFile(path, original);
    }
  });

  test('a source file that changed or is gone is named with its hashes', async () => {
    const path = join(recorded.server.scratch, 'bars.csv');
    await writeFile(path, 'changed');
    const file = { path, sha256: 'a'.repeat(64), bytes: 7 };
    const { plan } = recorded;
    const problems = await checkSources({ ...plan, source: { ...plan.source, files: [file], fundingFiles: [{ ...file, path: `${path}.gone` }] } });
    assert.match(problems[0] ?? '', /bars\.csv has sha256 [0-9a-f]{64}, the run read a{64}/);
    assert.match(problems[1] ?? '', /bars\.csv\.gone \(sha256 a{64}\) is gone/);
    assert.deepEqual(await checkSources(plan), []);
  });
});
