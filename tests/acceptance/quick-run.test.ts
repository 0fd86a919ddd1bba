import assert from 'node:assert/strict';
import { rm, readFile, writeFile, access } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { STEPS } from '../../pipeline/steps/index.js';
import { sha256Hex } from '../../adapters/object-store/index.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import { startStack } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';

interface RunJson {
  readonly workflowId: string;
  readonly runId: string;
  readonly state: string;
  readonly steps: readonly {
    id: string;
    state: string;
    cached: boolean;
    seconds: number;
    rowsIn: number;
    rowsOut: number;
    artifacts: readonly ArtifactRef[];
  }[];
  readonly report: unknown;
  readonly ui: string;
}

/** One quick-test through the `ares` command, and what follows from it: cache, hashes, integrity. */
describe('a quick-test run on the simulator', () => {
  let stack: TestStack;
  let first: RunJson;

  before(async () => {
    stack = await startStack();
    first = await run();
  });
  after(async () => stack.stop());

  async function run(...args: string[]): Promise<RunJson> {
    const result = await stack.ares('run', '--json', ...args);
    assert.equal(result.code, 0, result.stderr);
    return JSON.parse(result.stdout) as RunJson;
  }

  const hashes = (of: RunJson): Record<string, string> =>
    Object.fromEntries(of.steps.flatMap((step) => step.artifacts.map((artifact) => [`${step.id}/${artifact.uri.slice(-64)}`, artifact.sha256])));

  test('does all sixteen steps, none from the cache, each with rows and artifacts', () => {
    assert.equal(first.state, 'Succeeded');
    assert.deepEqual(
      first.steps.map((step) => step.id),
      STEPS.map((step) => step.id),
    );
    for (const step of first.steps) {
      assert.equal(step.state, 'done', step.id);
      assert.equal(step.cached, false, step.id);
      assert.ok(step.artifacts.length > 0, step.id);
      assert.ok(step.rowsIn + step.rowsOut > 0, `${step.id} counts its rows`);
    }
  });

  test('takes no feature from the feature cache, which quick-test has off', async () => {
    assert.deepEqual(
      (await stack.sideLog()).filter((entry) => (entry.featureCacheHits ?? 0) > 0),
      [],
    );
  });

  test('names hashes that are those of the objects in S3', async () => {
    for (const artifact of first.steps.flatMap((step) => step.artifacts)) {
      const bytes = await stack.store.getBytes(artifact);
      assert.equal(sha256Hex(bytes), artifact.sha256);
      assert.ok(artifact.uri.endsWith(artifact.sha256));
    }
  });

  test('a second run takes every step from the cache and the workflow takes under 5 s', async () => {
    const second = await run();
    assert.deepEqual(
      second.steps.filter((step) => !step.cached).map((step) => step.id),
      [],
    );
    assert.deepEqual(hashes(second), hashes(first));
    const description = await stack.client.workflow.getHandle(second.workflowId).describe();
    const seconds = ((description.closeTime?.getTime() ?? Number.POSITIVE_INFINITY) - description.startTime.getTime()) / 1000;
    assert.ok(seconds < 5, `the workflow took ${seconds} s`);
  });

  test('with the cache off every step is computed again and every hash is equal', async () => {
    const again = await run('--cache', 'off');
    assert.deepEqual(
      again.steps.filter((step) => step.cached).map((step) => step.id),
      [],
    );
    assert.deepEqual(hashes(again), hashes(first));
  });

  test('units fanned out as activities of their own give the same hashes', async () => {
    const fanned = await run('--cache', 'off', '--fan-out', 'activities');
    assert.deepEqual(hashes(fanned), hashes(first));
  });

  test('an object deleted from the store makes its step, and no other, be computed again', async () => {
    const regimes = first.steps[1]?.artifacts.find((artifact) => artifact.uri.length > 0) as ArtifactRef;
    await stack.store.remove(`objects/${regimes.sha256}`);
    const repaired = await run();
    assert.deepEqual(
      repaired.steps.filter((step) => !step.cached).map((step) => step.id),
      ['market-regime-classification'],
    );
    assert.deepEqual(hashes(repaired), hashes(first));
  });

  test('one bit changed in an object of the store is an IntegrityError for whoever reads it without a local copy', async () => {
    const target = first.steps[3]?.artifacts[0] as ArtifactRef;
    const path = join(stack.folder, 'state', 's3', 'ares', 'default', 'objects', target.sha256);
    await access(path);
    const bytes = await readFile(path);
    const broken = Buffer.from(bytes);
    broken[broken.length >> 1] = (broken[broken.length >> 1] ?? 0) ^ 1;
    await writeFile(path, broken);
    await rm(stack.store.cache.folder, { recursive: true, force: true });
    await assert.rejects(stack.store.getBytes(target), (error: Error) => error.name === 'IntegrityError' && error.message.includes(target.sha256));
    await writeFile(path, bytes);
  });
});
