import assert from 'node:assert/strict';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readEveryArtifact, readSupplied, suppliedReason } from '../../activities/check-supplied.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import { makeStepInputs, makeStepOutputs } from '../../adapters/step-files/index.js';
import type { ArtifactStore } from '../../pipeline/artifact-store.js';
import type { ArtifactRef, Manifest } from '../../pipeline/artifacts.js';
import { makeArtifactStore } from '../../worker/artifact-store.js';
import { makePlan } from '../support/make-plan.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';

const STEP = 'regime-data-splitting';
const plan = makePlan({});

/** Hand-made results of step 3 in a real store, whole or damaged in one place. */
describe('a supplied result', () => {
  let server: TestS3Server;
  let objects: ObjectStore;
  let store: ArtifactStore;
  let count = 0;

  before(async () => {
    server = await startS3Server();
    objects = openObjectStore({ url: 's3://supplied/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
    await objects.ensureBucket();
    store = makeArtifactStore(objects);
  });
  after(async () => {
    objects.close();
    await server.stop();
  });

  async function artifacts(timeMs = plan.window.fromMs + 900_000): Promise<ArtifactRef[]> {
    await mkdir(join(server.scratch, 'staging'), { recursive: true });
    const outputs = makeStepOutputs(await mkdtemp(join(server.scratch, 'staging', 'task-')));
    const table = { rowCount: 1, columns: { row: Int32Array.of(0), closeTimeMs: Float64Array.of(timeMs), segment: ['train'] } };
    await outputs.table('dataset/POOLED', 'ares.dataset', table);
    await outputs.json('split', 'ares.split', { regimes: [] });
    return store.commitStaged(outputs.staged());
  }

  async function commit(change: Partial<Manifest>): Promise<string> {
    count += 1;
    const key = count.toString(16).padStart(64, '0');
    const whole = { schema: 'ares.manifest', step: STEP, unit: null, key, keyParts: { parameters: {} }, units: {}, rowsIn: 1, rowsOut: 1 } as const;
    const manifest = await store.commitManifest({ ...whole, artifacts: await artifacts(), ...change });
    return store.manifestUri(manifest.step, key);
  }

  const check = async (artifact: string): Promise<Manifest> => {
    const manifest = await readSupplied({ plan, step: STEP, artifact, note: 'x' }, store);
    await readEveryArtifact(
      { step: STEP, artifacts: manifest.artifacts, window: plan.window },
      { inputs: makeStepInputs(objects, { [STEP]: manifest.artifacts }), hashStored: async (uri) => objects.hashStored(uri) },
    );
    return manifest;
  };

  test('whole and fitting, it is taken, and its reason says what it was made with otherwise', async () => {
    const manifest = await check(await commit({ keyParts: { parameters: { somethingElse: 1 } } }));
    assert.equal(manifest.artifacts.length, 2);
    assert.match(
      suppliedReason(manifest, { plan, step: STEP, artifact: '', note: 'from yesterday' }),
      /^supplied by an operator: from yesterday \(made with other .*somethingElse/,
    );
  });

  test('a missing artifact, one of another schema, and one that the step does not write are each refused by name', async () => {
    const [dataset, split] = (await artifacts()) as [ArtifactRef, ArtifactRef];
    await assert.rejects(check(await commit({ artifacts: [dataset] })), /InvalidData|artifact split \(ares.split\) is missing/);
    await assert.rejects(
      check(await commit({ artifacts: [dataset, { ...split, schema: 'ares.source' }] })),
      /artifact split has schema ares.source, expected ares.split/,
    );
    await assert.rejects(check(await commit({ artifacts: [dataset, split, { ...split, name: 'extra' }] })), /artifact extra is none that the step writes/);
  });

  test("another step's manifest, another store's address and an address where nothing lies are refused", async () => {
    const other = await commit({ step: 'data-collection' });
    await assert.rejects(check(other), /expected the address of a manifest of step regime-data-splitting/);
    await assert.rejects(check(other.replace('s3://supplied', 's3://elsewhere')), /in this store/);
    await assert.rejects(check(store.manifestUri(STEP, 'f'.repeat(64))), /no manifest lies at/);
    await assert.rejects(check(await commit({ unit: 'BULL' })), /unit BULL, expected the whole step/);
  });

  test('a table of another schema, rows that the manifest does not have, and bars outside the window are refused', async () => {
    const [dataset, split] = (await artifacts()) as [ArtifactRef, ArtifactRef];
    await assert.rejects(check(await commit({ artifacts: [{ ...dataset, rows: 5 }, split] })), /its manifest says 5 rows, the file has 1/);
    await assert.rejects(check(await commit({ artifacts: await artifacts(plan.window.toMs + 1) })), /lies outside the run's window/);
    await assert.rejects(check(await commit({ artifacts: [{ ...dataset, sha256: 'e'.repeat(64) }, split] })), /expected sha256 eeee/);
  });

  test('a deleted object is refused by name', async () => {
    const address = await commit({ artifacts: await artifacts(plan.window.fromMs + 1_800_000) });
    const manifest = await store.readManifest(STEP, address.slice(-69, -5));
    await objects.remove(`objects/${manifest?.artifacts[0]?.sha256}`);
    await assert.rejects(check(address), /1 of its objects are gone or have another size, first dataset\/POOLED/);
  });
});
