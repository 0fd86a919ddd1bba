import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { hashFile, sha256Hex } from '../../adapters/object-store/index.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import type { Lineage } from '../../pipeline/lineage.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { Verification } from '../../pipeline/verification.js';
import { openChromium } from '../support/chromium.js';
import { documentedCommand } from '../support/documented-commands.js';
import type { TestStack } from '../support/stack.js';
import { startStack } from '../support/stack.js';
import { testData } from '../support/test-data.js';

interface RunJson {
  readonly workflowId: string;
  readonly state: string;
  readonly report: { readonly path: string };
  readonly steps: readonly { id: string; state: string; cached: boolean; rowsOut: number; artifacts: readonly ArtifactRef[] }[];
}

/** The main job on real market data, with the flags of the README's `npm start -- --source files ...`. */
describe('a dev run on the real ETHUSDT sample', { skip: testData === null ? 'no test data: set ARES_TEST_DATA' : false }, () => {
  let stack: TestStack;
  let run: RunJson;

  before(async () => {
    stack = await startStack();
    const flags = (await documentedCommand('npm start -- --source files ')).split(' ').slice(3);
    const result = await stack.ares('run', ...flags.map((word) => (word === '../data' ? (testData ?? '') : word)), '--json');
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

  test('a figure clicked in the report leads to its artifact, whose sha256 is that of the object in S3, and from there to the raw files', async () => {
    const browser = await openChromium();
    try {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(run.report.path).href);
      // A section with many figures is folded.
      await page.locator('section:has(td[data-section="Test"]) details > summary').click();
      await page.locator('td[data-section="Test"][data-name="strategy net return"] > a').click();
      const panel = page.locator('aside.artifact:target');
      const sha256 = (await panel.locator('dd.sha256').textContent()) ?? '';
      const stored = await stack.store.hashStored(`${stack.store.url}/objects/${sha256}`);
      assert.equal(stored?.sha256, sha256);
      const command = ((await panel.locator('code').textContent()) ?? '').replace(/^ares /, '').split(' ');
      const result = await stack.ares(...command, '--json');
      assert.equal(result.code, 0, result.stderr);
      const { subject, source } = JSON.parse(result.stdout) as Lineage;
      assert.equal(subject.artifacts[0]?.ref.sha256, sha256);
      assert.ok(source.files.length > 0);
      for (const file of source.files) assert.equal((await hashFile(file.path)).sha256, file.sha256);
    } finally {
      await browser.close();
    }
  });

  test('ares verify computes every one of its hashes again', async () => {
    const result = await stack.ares('verify', run.workflowId, '--json');
    assert.equal(result.code, 0, result.stdout + result.stderr);
    const { identical, objects, steps } = JSON.parse(result.stdout) as Verification;
    assert.ok(identical && objects > 150, `${objects} objects`);
    assert.ok(steps.every(({ verdict }) => verdict === 'identical'));
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
