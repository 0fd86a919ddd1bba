import assert from 'node:assert/strict';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { makeStepRunner } from '../../activities/step-runner.js';
import type { ComputeAnswer, ComputeJob, StepRunner } from '../../activities/step-runner.js';
import type { SideLogEntry } from '../../activities/side-log.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import { makeStepOutputs } from '../../adapters/step-files/index.js';
import type { StepResult } from '../../pipeline/artifacts.js';
import type { StepRequest } from '../../pipeline/run-status.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { makeArtifactStore } from '../../worker/artifact-store.js';
import { makePlan } from '../support/make-plan.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';

/** The runner over a real store; only the step's own work is replaced by a function of (unit, inputs). */
describe('the step runner', () => {
  let server: TestS3Server;
  let store: ObjectStore;
  let runner: StepRunner;
  const log: SideLogEntry[] = [];
  let work: (job: ComputeJob) => string = (job) => `${job.step} ${job.unit ?? 'whole'} of ${job.plan.spec.symbol}`;
  let symbol = 0;
  let checkpointed: ((job: ComputeJob) => Promise<void>) | null = null;

  before(async () => {
    server = await startS3Server();
    store = openObjectStore({ url: 's3://runner/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
    await store.ensureBucket();
    runner = makeStepRunner({
      store: makeArtifactStore(store),
      compute: { size: 2, run: async ({ argument }) => compute(argument as ComputeJob) },
      versions: { code: Object.fromEntries(STEPS.map((step) => [step.id, `code of ${step.id}`])), natives: {} },
      sideLog: { write: async (entry) => void log.push(entry) },
      executionFor: () => ({ threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 512, featureCache: false, sourceFiles: {} }),
      stagingFolder: async () => {
        await mkdir(join(server.scratch, 'staging'), { recursive: true });
        return mkdtemp(join(server.scratch, 'staging', 'task-'));
      },
    });
  });
  after(async () => {
    store.close();
    await server.stop();
  });
  beforeEach(() => {
    log.length = 0;
    symbol += 1;
    checkpointed = null;
    work = (job) => `${job.step} ${job.unit ?? 'whole'} of ${job.plan.spec.symbol}`;
  });

  async function compute(job: ComputeJob): Promise<ComputeAnswer> {
    const outputs = makeStepOutputs(job.stagingFolder);
    await checkpointed?.(job);
    await outputs.json(`${job.unit ?? 'whole'}`, 'test', work(job));
    const checkpoint = checkpointed === null ? null : { parts: 1, uri: '' };
    return { staged: outputs.staged(), rowsIn: 1, rowsOut: 2, featureCacheHits: 0, checkpoint };
  }

  const request = (change: Partial<StepRequest> = {}): StepRequest => ({
    plan: makePlan({ symbol: `SYM${symbol}` }),
    step: 'data-collection',
    unit: null,
    inputs: {},
    cache: 'use',
    ...change,
  });
  const run = async (asked: StepRequest): Promise<StepResult> =>
    runner.run({ request: asked, runId: 'run', signal: new AbortController().signal, onProgress: () => undefined });
  const computed = (): string[] => log.filter((entry) => entry.event === 'done').map((entry) => entry.unit ?? 'whole');

  test('computes each unit once, then the whole, and takes all of it from the cache afterwards', async () => {
    const first = await run(request());
    assert.equal(first.cached, false);
    assert.equal(first.unitsComputed, 7);
    assert.equal(computed().length, 8);
    const second = await run(request());
    assert.equal(second.cached, true);
    assert.deepEqual(second.artifacts, first.artifacts);
    assert.equal(computed().length, 8);
  });

  test('a step whose work failed half way computes only the missing units when it runs again', async () => {
    work = (job) => {
      if (job.unit?.startsWith('2024-01-05') === true) throw new Error('child died');
      return 'fine';
    };
    await assert.rejects(run(request()), /child died/);
    assert.deepEqual(computed().length, 4);
    work = () => 'fine';
    const again = await run(request());
    assert.equal(again.unitsComputed, 3);
    assert.equal(again.unitsCached, 4);
  });

  test('a changed parameter or seed is another key; threads and chunk sizes are not', async () => {
    const base = await run(request());
    const key = async (change: object): Promise<string> => (await runner.lookUp(request({ plan: makePlan({ symbol: `SYM${symbol}`, ...change }) }))).key;
    assert.equal(await key({ threads: 4, chunkRows: 5000, parallel: true }), base.key);
    assert.notEqual(await key({ seed: 8 }), base.key);
    assert.notEqual(await key({ simulation: { signalStrength: 0.1 } }), base.key);
    assert.equal((await runner.lookUp(request())).cached, true);
  });

  test('an object deleted from the store makes its step be computed again under the same key', async () => {
    const first = await run(request());
    await store.remove(`objects/${first.artifacts[0]?.sha256}`);
    const found = await runner.lookUp(request());
    assert.equal(found.cached, false);
    assert.match(found.reason, /1 of its objects are gone/);
    const again = await run(request());
    assert.equal(again.cached, false);
    assert.deepEqual(again.artifacts, first.artifacts);
    assert.equal((await runner.lookUp(request())).cached, true);
  });

  test('a refresh that gives other bytes for the same key is an IntegrityError that names the artifact', async () => {
    await run(request());
    work = (job) => `other ${job.unit}`;
    await assert.rejects(
      run(request({ cache: 'refresh' })),
      (error: Error) => error.name === 'IntegrityError' && /artifact 2024-01-01\.\.2024-01-01/.test(error.message),
    );
  });

  test('a step does not start while an artifact that it needs is gone', async () => {
    const source = await run(request());
    await store.remove(`objects/${source.artifacts[0]?.sha256}`);
    log.length = 0;
    await assert.rejects(
      run(request({ step: 'market-regime-classification', inputs: { 'data-collection': source.key } })),
      (error: Error) => error.name === 'MissingArtifact',
    );
    assert.deepEqual(log, []);
    await assert.rejects(
      run(request({ step: 'market-regime-classification', inputs: { 'data-collection': 'f'.repeat(64) } })),
      (error: Error) => error.name === 'MissingArtifact' && /manifest/.test(error.message),
    );
  });

  test('two runners at once commit one manifest and both return it', async () => {
    const [left, right] = await Promise.all([run(request()), run(request())]);
    assert.deepEqual(left.artifacts, right.artifacts);
    assert.equal(left.key, right.key);
  });

  test('tasks of one key share a checkpoint across runs, but a run that computes it again has one of its own', async () => {
    const prefixes: string[] = [];
    work = (job) => {
      prefixes.push(job.checkpoint.prefix);
      throw new Error('cut off');
    };
    for (const [cache, runId] of [
      ['use', 'a'],
      ['use', 'b'],
      ['refresh', 'a'],
      ['refresh', 'a'],
      ['refresh', 'b'],
    ] as const) {
      const asked = request({ cache });
      await assert.rejects(runner.run({ request: asked, runId, signal: new AbortController().signal, onProgress: () => undefined }), /cut off/);
    }
    const [shared] = prefixes;
    assert.match(shared!, /^checkpoints\/[0-9a-f]{64}\/shared\/$/);
    assert.deepEqual(new Set(prefixes.filter((prefix) => prefix.endsWith('/shared/'))), new Set([shared]));
    const base = shared!.slice(0, -'shared/'.length);
    assert.ok(prefixes.includes(`${base}a/`) && prefixes.includes(`${base}b/`));
    assert.equal(new Set(prefixes).size, 3);
  });

  test('a checkpoint is there until its result is committed, with the interval that the spec asks for', async () => {
    const left = 'checkpoints/of-another/shared/part-x';
    await store.putRaw(left, Buffer.from('x'));
    let everyMs = 0;
    checkpointed = async (job) => {
      everyMs = job.checkpoint.everyMs;
      await store.putRaw(`${job.checkpoint.prefix}part-y`, Buffer.from('y'));
    };
    work = () => {
      throw new Error('cut off');
    };
    const asked = request({ plan: makePlan({ symbol: `SYM${symbol}`, autoCheckpointMinutes: 0.5 }) });
    await assert.rejects(run(asked), /cut off/);
    assert.equal(everyMs, 30_000);
    assert.ok((await store.list('checkpoints/')).length > 1, 'what a cut-off attempt wrote stays for the next');
    work = () => 'done';
    await run(asked);
    assert.deepEqual(
      (await store.list('checkpoints/')).map(({ key }) => key),
      [left],
    );
  });

  test('a named failure of the work keeps its name', async () => {
    work = () => {
      throw Object.assign(new Error('file a.csv line 3'), { name: 'InvalidData' });
    };
    await assert.rejects(run(request()), (error: Error) => error.name === 'InvalidData');
  });
});
