import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nativeLibraryPath } from '../../adapters/local-paths.js';
import { readParquet, writeParquet } from '../../adapters/tables/index.js';
import { float64Column, int32Column, makeTable } from '../../core/data/table.js';
import type { ArtifactRef, Manifest } from '../../pipeline/artifacts.js';
import type { BuildInfo } from '../../pipeline/build-info.js';
import type { Lineage } from '../../pipeline/lineage.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { Verification } from '../../pipeline/verification.js';
import type { TestStack } from '../support/stack.js';
import { productFile, runCommand, startStack } from '../support/stack.js';

const RUN = 'traced';
/** Sixteen steps, small. */
const SPEC = {
  symbol: 'TRACEUSDT',
  simulation: { tradesPerMinute: 3 },
  retentionDays: 4,
  features: 'minimal',
  maxTrials: 2,
  folds: 2,
  walkForwardWindows: 1,
  bootstrapPaths: 100,
};

interface RunJson {
  readonly state: string;
  readonly version: string;
  readonly steps: readonly { id: string; seconds: number; rowsIn: number; rowsOut: number; manifest: string; artifacts: readonly ArtifactRef[] }[];
}

/** `ares lineage` and `ares verify` on a run that the product made, with what can go wrong done to its store. */
describe('lineage and verification of a run', () => {
  let stack: TestStack;
  let run: RunJson;

  before(async () => {
    stack = await startStack();
    const result = await stack.ares('run', '--id', RUN, '--spec', JSON.stringify(SPEC), '--json');
    assert.equal(result.code, 0, result.stderr);
    run = JSON.parse(result.stdout) as RunJson;
  });
  after(async () => stack.stop());

  async function lineage(target: string): Promise<Lineage> {
    const result = await stack.ares('lineage', target, '--json');
    assert.equal(result.code, 0, `${target}: ${result.stderr}`);
    return JSON.parse(result.stdout) as Lineage;
  }

  async function verify(code: number, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Verification> {
    const result = await runCommand(process.execPath, [productFile('client/cli.js'), 'verify', RUN, '--json', ...options], { ...stack.env, ...env });
    assert.equal(result.code, code, `${result.stdout}\n${result.stderr}`);
    return JSON.parse(result.stdout) as Verification;
  }

  const artifact = (step: string, name: string): ArtifactRef => {
    const found = run.steps.find(({ id }) => id === step)?.artifacts.find((candidate) => candidate.name === name);
    assert.ok(found !== undefined, `${step}/${name}`);
    return found;
  };
  const keyOf = (step: string): string => /([0-9a-f]{64})\.json$/.exec(run.steps.find(({ id }) => id === step)?.manifest ?? '')?.[1] ?? '';
  const objectFile = (sha256: string): string => join(stack.folder, 'state', 's3', 'ares', 'default', 'objects', sha256);

  test('recomputing the run gives every hash again, and leaves nothing behind: no scratch, no registry entry, no opening', async () => {
    const before = (await stack.store.list('')).map(({ key }) => key);
    const found = await verify(0);
    assert.equal(found.identical, true);
    assert.deepEqual(
      found.steps.map(({ step, verdict }) => [step, verdict]),
      STEPS.map(({ id }) => [id, 'identical']),
    );
    assert.ok(found.objects > 80, `${found.objects} objects`);
    assert.deepEqual(
      (await stack.store.list('')).map(({ key }) => key),
      before,
    );
  });

  test('the lineage of a run shows the duration and the rows of every step as the run reported them, and the build that made it', async () => {
    const { steps, run: record, problems } = await lineage(RUN);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      steps.map(({ step, seconds, rowsIn, rowsOut }) => ({ step, seconds, rowsIn, rowsOut })),
      run.steps.map(({ id, seconds, rowsIn, rowsOut }) => ({ step: id, seconds, rowsIn, rowsOut })),
    );
    assert.ok(steps.every(({ implausible }) => implausible === null));
    const build = JSON.parse(await readFile(productFile('build-info.json'), 'utf8')) as BuildInfo;
    assert.deepEqual(record.build, build);
    const hashes = JSON.parse(await readFile(productFile('code-hashes.json'), 'utf8')) as Record<string, string>;
    for (const { step, keyParts, producer } of steps) {
      assert.equal(keyParts['code'], hashes[step]);
      assert.deepEqual([producer?.workflowId, producer?.attempt, producer?.build.commit], [RUN, 1, build.commit], step);
    }
  });

  test('a registered version, an object and a figure of the report lead to the same raw data: the simulator and its parameters', async () => {
    const targets = [
      `TRACEUSDT:${run.version}`,
      artifact('saving', 'bundle').uri,
      `${RUN}:figure:Test/strategy net return`,
      `${RUN}:tactician-labeling/labels`,
    ];
    for (const target of targets) {
      const { source, steps, run: record } = await lineage(target);
      assert.equal(record.workflowId, RUN, target);
      assert.equal(steps[0]?.step, 'data-collection', target);
      assert.deepEqual([source.kind, (source.simulation as { tradesPerMinute: number }).tradesPerMinute], ['simulator', 3], target);
    }
    const { subject } = await lineage(targets[2] as string);
    assert.deepEqual(
      subject.artifacts.map(({ step, ref }) => [step, ref.name]),
      [
        ['monte-carlo-validation', 'trades'],
        ['saving', 'report.json'],
      ],
    );
  });

  test('one prediction leads to its models with their features and hashes, to bars, parameters and commit', async () => {
    const decisions = await readParquet(await stack.store.getToCache(artifact('saving', 'test-decisions')));
    const timeMs = float64Column(decisions, 'entryTimeMs')[3] as number;
    const { subject, steps, run: record } = await lineage(`${RUN}:prediction:${new Date(timeMs).toISOString()}`);
    assert.equal(subject.facts['analyst'], float64Column(decisions, 'analyst')[3]);
    const models = subject.artifacts.filter(({ role }) => role === 'model');
    assert.ok(models.length >= 2, `${models.length} models`);
    for (const { step, ref, facts } of models) {
      assert.deepEqual(
        ref,
        (await manifestOf(step)).artifacts.find(({ name }) => name === ref.name),
      );
      assert.ok((facts['features'] as string[]).length > 5, ref.name);
    }
    assert.ok(subject.artifacts.some(({ step, ref }) => step === 'market-regime-classification' && ref.name.startsWith('bars-fine/')));
    assert.ok(steps.some(({ step }) => step === 'data-collection'));
    assert.ok(record.build !== null);
    const missing = await stack.ares('lineage', `${RUN}:prediction:2001-01-01T00:00:00Z`);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no decision at 2001-01-01T00:00:00\.000Z; of its \d+ decisions the nearest are at/);
  });

  test('an object changed in S3 is found by --quick, by the recomputation with row and column, and by the lineage', async () => {
    const ref = artifact('analyst-specialist-training', 'scores');
    const original = await readFile(objectFile(ref.sha256));
    const table = await readParquet(await stack.store.getToCache(ref));
    const changed = join(stack.folder, 'changed.parquet');
    await writeParquet(makeTable({ ...table.columns, value: float64Column(table, 'value').map((value, i) => (i === 4 ? 0.987 : value)) }), changed);
    await copyFile(changed, objectFile(ref.sha256));
    // Another library file with the same bytes: its hash stands in the keys in place of the pinned wheel's.
    const library = join(stack.folder, 'lightgbm.so');
    await copyFile(nativeLibraryPath('lightgbm', stack.env), library);
    try {
      const quick = await verify(1, ['--quick']);
      assert.match(
        quick.firstDifference ?? '',
        new RegExp(`of analyst-specialist-training/scores has sha256 [0-9a-f]{64} in the store, its manifest says ${ref.sha256}`),
      );
      const full = await verify(1, [], { ARES_LIGHTGBM_LIBRARY: library });
      const step = full.steps.find((one) => one.step === 'analyst-specialist-training');
      assert.equal(step?.verdict, 'identical', 'the recomputed bytes are those of the manifest');
      assert.match(
        step?.explanation.join('\n') ?? '',
        /without effect on the bytes: natives\.gradient-boosting: recorded "lightgbm .*", now "file [0-9a-f]{64}"/,
      );
      assert.match(step?.explanation.join('\n') ?? '', /changed since: artifact scores: .* row 4, column value: recorded 0\.987, recomputed \d/);
      const traced = await stack.ares('lineage', `${RUN}:analyst-specialist-training/scores`);
      assert.equal(traced.code, 1);
      assert.match(traced.stdout, /IntegrityError: object .*analyst-specialist-training\/scores/);
    } finally {
      await writeFile(objectFile(ref.sha256), original);
    }
    assert.equal((await verify(0, ['--quick'])).identical, true);
  });

  test('a forged result, whose object and manifest agree, is found by the recomputation and by the lineage of what was made from it', async () => {
    const path = `manifests/data-collection/${keyOf('data-collection')}.json`;
    const manifest = await manifestOf('data-collection');
    const ref = artifact('data-collection', 'quality');
    const table = await readParquet(await stack.store.getToCache(ref));
    const forged = join(stack.folder, 'forged.parquet');
    await writeParquet(makeTable({ ...table.columns, count: int32Column(table, 'count').map((count, i) => (i === 0 ? count + 1 : count)) }), forged);
    const stored = await stack.store.putFile(forged);
    await stack.store.putJson(path, { ...manifest, artifacts: manifest.artifacts.map((one) => (one.name === 'quality' ? { ...one, ...stored } : one)) });
    try {
      assert.equal((await verify(0, ['--quick'])).identical, true, 'hashes alone cannot tell');
      const { firstDifference, steps } = await verify(1);
      assert.match(
        firstDifference ?? '',
        /^data-collection: the key is the same, the bytes are not; artifact quality: .* row 0, column count: recorded \d+, recomputed \d+/,
      );
      assert.ok(steps.slice(1).every(({ verdict, follows }) => verdict === 'follows' && follows === 'data-collection'));
      const traced = await stack.ares('lineage', `${RUN}:market-regime-classification/bars`);
      assert.equal(traced.code, 1);
      assert.match(traced.stdout, /IntegrityError: the artifacts of data-collection hash to/);
    } finally {
      await stack.store.putJson(path, manifest);
    }
  });

  test('a parameter changed in the record is named with both values', async () => {
    const path = `runs/${RUN}/index.json`;
    const record = (await stack.store.readJson(path)) as { status: { plan: { spec: { simulation: object } } } };
    const { plan } = record.status;
    const spec = { ...plan.spec, simulation: { ...plan.spec.simulation, signalStrength: 0.9 } };
    await stack.store.putJson(path, { ...record, status: { ...record.status, plan: { ...plan, spec } } });
    try {
      const { firstDifference } = await verify(1);
      assert.match(firstDifference ?? '', /^data-collection: the key differs: parameters\.simulation\.signalStrength: recorded 0\.35, now 0\.9; artifact /);
    } finally {
      await stack.store.putJson(path, record);
    }
  });

  test('a run that is not there and a wrong command line end with their own codes', async () => {
    const none = await stack.ares('verify', 'none');
    assert.deepEqual([none.code, none.stdout], [1, '']);
    assert.match(none.stderr, /MissingArtifact: .*no run none has ended in this store/);
    assert.equal((await stack.ares('verify')).code, 2);
    assert.equal((await stack.ares('lineage', RUN, '--deep')).code, 2);
    assert.equal((await stack.ares('lineage', '--help')).code, 0);
  });

  async function manifestOf(step: string): Promise<Manifest> {
    const manifest = await stack.store.readManifest(step, keyOf(step));
    assert.ok(manifest !== null, step);
    return manifest;
  }
});
