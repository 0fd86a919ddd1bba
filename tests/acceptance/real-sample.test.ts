import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sha256Hex } from '../../adapters/object-store/index.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { TestStack } from '../support/stack.js';
import { startStack } from '../support/stack.js';
import { testData } from '../support/test-data.js';

interface RunJson {
  readonly state: string;
  readonly steps: readonly { id: string; state: string; cached: boolean; rowsOut: number; artifacts: readonly ArtifactRef[] }[];
}

/** The main job on real market data: `npm start -- --source files --path ... --preset dev --json`, as the README has it. */
describe('a dev run on the real ETHUSDT sample', { skip: testData === null ? 'no test data: set ARES_TEST_DATA' : false }, () => {
  let stack: TestStack;
  let run: RunJson;

  before(async () => {
    stack = await startStack();
    const result = await stack.ares(
      'run',
      '--source',
      'files',
      '--path',
      testData ?? '',
      '--symbol',
      'ETHUSDT',
      '--market',
      'perp',
      '--preset',
      'dev',
      '--json',
    );
    assert.equal(result.code, 0, result.stderr);
    run = JSON.parse(result.stdout) as RunJson;
  });
  after(async () => stack.stop());

  test('does 16 of 16 steps on 30 days of 1m bars, none from the cache', () => {
    assert.equal(run.state, 'Succeeded');
    assert.deepEqual(
      run.steps.map((step) => step.id),
      STEPS.map((step) => step.id),
    );
    assert.ok(run.steps.every((step) => step.state === 'done' && !step.cached));
    assert.equal(run.steps[0]?.rowsOut, 30 * 1440);
  });

  test('names hashes that are those of the objects in S3', async () => {
    const artifacts = run.steps.flatMap((step) => step.artifacts);
    assert.ok(artifacts.length > 150);
    for (const artifact of artifacts) assert.equal(sha256Hex(await stack.store.getBytes(artifact)), artifact.sha256, artifact.uri);
  });

  test('takes features of the test segment from the cache: three steps open it in two processes', async () => {
    const hits = (await stack.sideLog()).reduce((sum, entry) => sum + (entry.featureCacheHits ?? 0), 0);
    assert.ok(hits >= 1, `${hits} hits`);
  });

  test('no payload in its history is larger than 64 KiB', async () => {
    const runs = stack.client.workflow.list({ query: 'WorkflowType = "trainPipeline"' });
    for await (const { workflowId } of runs) {
      const history = await stack.client.workflow.getHandle(workflowId).fetchHistory();
      const largest = Math.max(...(history.events ?? []).map(payloadBytes));
      assert.ok(largest > 1024 && largest < 64 * 1024, `the largest payload of ${workflowId} has ${largest} bytes`);
    }
  });
});

/** Bytes of the largest payload anywhere in an event. */
function payloadBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(payloadBytes));
}
