import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../../worker/workflow-bundle.js';
import { cloneRoot } from '../support/repository.js';

const FOLDER = join(cloneRoot(), 'tests', 'replay', 'histories');
const BUILD = fileURLToPath(new URL('../../', import.meta.url));

interface Recorded {
  readonly workflowId: string;
  readonly history: unknown;
}

async function histories(): Promise<Recorded[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
  return Promise.all(
    names.map(async (name) => ({ workflowId: name.replace('.json', ''), history: JSON.parse(await readFile(join(FOLDER, name), 'utf8')) as unknown })),
  );
}

/** The error of each history by name; null = replayed. */
async function replay(bundle: { code: string }, recorded: readonly Recorded[]): Promise<ReadonlyMap<string, Error | null>> {
  const outcomes = new Map<string, Error | null>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, recorded)) outcomes.set(workflowId, error ?? null);
  return outcomes;
}

describe('replay of recorded histories', { timeout: 300_000 }, () => {
  let variant: string;

  before(async () => {
    Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
    variant = await mkdtemp(join(tmpdir(), 'ares-replay-'));
  });
  after(async () => rm(variant, { recursive: true, force: true }));

  test('every way a run can go is recorded, and the production bundle replays all of them', async () => {
    const recorded = await histories();
    assert.deepEqual(recorded.map(({ workflowId }) => workflowId).sort(), [
      'adjusted-and-paused',
      'canceled',
      'failed',
      'failed-by-operator',
      'parked-and-retried',
      'plan-parked',
      'reset-after-an-update',
      'retried-by-temporal',
      'success',
      'success-with-units',
      'supplied',
    ]);
    for (const [name, error] of await replay(await workflowBundle(), recorded)) assert.equal(error, null, `${name}: ${error?.message}`);
  });

  test('a step table in another order is caught as a violation of determinism', async () => {
    for (const part of ['core', 'pipeline', 'workflows']) await cp(join(BUILD, part), join(variant, part), { recursive: true });
    await symlink(join(cloneRoot(), 'node_modules'), join(variant, 'node_modules'));
    await writeFile(join(variant, 'package.json'), '{"type":"module"}');
    // The third step no longer waits for the second: both start at once.
    const splitting = join(variant, 'pipeline', 'steps', 'regime-data-splitting.js');
    const changed = (await readFile(splitting, 'utf8')).replace(/needs: \[[^\]]*\]/, "needs: ['data-collection']");
    assert.notEqual(changed, await readFile(splitting, 'utf8'));
    await writeFile(splitting, changed);
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(variant, 'workflows', 'index.js'),
      workflowInterceptorModules: [join(variant, 'workflows', 'trace-interceptors.js')],
    });
    const outcomes = await replay(
      { code },
      (await histories()).filter(({ workflowId }) => workflowId.startsWith('success')),
    );
    assert.equal(outcomes.size, 2);
    for (const [name, error] of outcomes) assert.equal(error?.name, 'DeterminismViolationError', `${name}: ${error?.message}`);
  });
});
