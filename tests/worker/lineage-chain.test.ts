import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { StepResult } from '../../pipeline/artifacts.js';
import type { LineageTarget } from '../../pipeline/lineage-target.js';
import { parseLineageTarget } from '../../pipeline/lineage-target.js';
import type { Chain } from '../../worker/lineage-chain.js';
import { readChain } from '../../worker/lineage-chain.js';
import type { FoundSubject } from '../../worker/found-subject.js';
import { findSubject } from '../../worker/lineage-subject.js';
import { readRunRecord } from '../../worker/run-record.js';
import type { RecordedRun } from './recorded-run.js';
import { startRecordedRun } from './recorded-run.js';

describe('the chain behind a result', () => {
  let recorded: RecordedRun;
  let results: ReadonlyMap<string, StepResult>;

  before(async () => {
    recorded = await startRecordedRun();
    results = await recorded.record('r1');
  });
  after(async () => recorded.stop());

  const chain = async (...steps: string[]): Promise<Chain> => readChain(recorded.store, await readRunRecord(recorded.store, 'r1'), steps);
  const find = async (text: string, run: string | null = null): Promise<FoundSubject> =>
    findSubject(recorded.store, parseLineageTarget(text) satisfies LineageTarget, run);
  const keyOf = (step: string): string => results.get(step)?.key ?? '';

  test('holds each step once with its key parts, inputs, units and the attempt that made it', async () => {
    const { steps, problems } = await chain('regime-data-splitting');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['data-collection', 'market-regime-classification', 'regime-data-splitting'],
    );
    const [collection, classification] = steps;
    assert.equal(collection?.keyParts['code'], 'code of data-collection');
    assert.equal(Object.keys(collection?.units ?? {}).length, 10);
    assert.deepEqual(classification?.inputs, [{ step: 'data-collection', key: keyOf('data-collection') }]);
    assert.deepEqual([classification?.producer?.workflowId, classification?.producer?.build.commit], ['r1', 'f'.repeat(40)]);
    assert.deepEqual([collection?.rowsIn, collection?.rowsOut], [10, 20]);
  });

  test('an artifact is found by hash, by address and by run and name, through the run that made it', async () => {
    const ref = results.get('tactician-labeling')?.artifacts[0];
    for (const text of [ref?.sha256 ?? '', ref?.uri ?? '', 'r1:tactician-labeling/whole', `tactician-labeling/whole@${ref?.sha256}`]) {
      const { run, steps, subject } = await find(text);
      assert.deepEqual([run.workflowId, steps, subject.artifacts[0]?.ref], ['r1', ['tactician-labeling'], ref], text);
    }
    assert.equal((await find(ref?.sha256 ?? '', 'r1')).run.workflowId, 'r1');
  });

  test('a run, a hash, an artifact and a version that are not there are refused by name', async () => {
    await assert.rejects(find('none'), { name: 'MissingArtifact', message: /no run none has ended in this store/ });
    await assert.rejects(find('a'.repeat(64)), { name: 'MissingArtifact', message: /no manifest .* names an object with sha256 a{64}/ });
    await assert.rejects(find('r1:saving/bundel'), { name: 'MissingArtifact', message: /has no artifact bundel; it has whole/ });
    await assert.rejects(find('ETHUSDT:7.0.0'), { name: 'MissingArtifact', message: /no version 7\.0\.0 of ETHUSDT; it has none/ });
    await assert.rejects(find('saving/bundle'), { name: 'InvalidSpec' });
  });

  test('a manifest that is gone is named, and the rest of the chain is still there', async () => {
    const path = `manifests/market-regime-classification/${keyOf('market-regime-classification')}.json`;
    const manifest = await recorded.store.readJson(path);
    await recorded.store.remove(path);
    try {
      const { steps, problems } = await chain('regime-data-splitting');
      assert.deepEqual(
        steps.map(({ step }) => step),
        ['data-collection', 'regime-data-splitting'],
      );
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /manifest .*market-regime-classification.* is gone/);
    } finally {
      await recorded.store.putJson(path, manifest);
    }
  });

  test('key parts that were changed, and input hashes that do not fit, are named', async () => {
    const path = `manifests/market-regime-classification/${keyOf('market-regime-classification')}.json`;
    const manifest = (await recorded.store.readJson(path)) as { keyParts: object; artifacts: { sha256: string; uri: string }[] };
    try {
      await recorded.store.putJson(path, { ...manifest, keyParts: { ...manifest.keyParts, seed: 8 } });
      assert.match((await chain('market-regime-classification')).problems[0] ?? '', /its key parts hash to [0-9a-f]{64}, not to its key/);
      const other = results.get('data-collection')?.artifacts[0];
      await recorded.store.putJson(path, { ...manifest, artifacts: [{ ...other, name: 'whole' }] });
      const { problems } = await chain('regime-data-splitting');
      assert.match(problems.join(), /the artifacts of market-regime-classification hash to [0-9a-f]{64}, but step regime-data-splitting was made from/);
    } finally {
      await recorded.store.putJson(path, manifest);
    }
    assert.deepEqual((await chain('regime-data-splitting')).problems, []);
  });

  test('an object that is gone is named with its address', async () => {
    const ref = results.get('confidence-calibration')?.artifacts[0];
    assert.ok(ref !== undefined);
    const bytes = await recorded.store.getBytes(ref);
    await recorded.store.remove(`objects/${ref.sha256}`);
    const { problems } = await chain('confidence-calibration');
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', new RegExp(`object ${ref.uri} of confidence-calibration/whole .* is gone`));
    await recorded.store.putBytes(bytes);
    assert.deepEqual((await chain('confidence-calibration')).problems, []);
  });
});
