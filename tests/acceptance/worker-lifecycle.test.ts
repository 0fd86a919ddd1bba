import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SideLogEntry } from '../../activities/side-log.js';
import { AresClient } from '../../client/ares-client.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import { eventually, startFieldRig } from '../support/field-rig.js';
import type { FieldRig } from '../support/field-rig.js';
import { programPath } from '../support/programs.js';
import { runCommand } from '../support/stack.js';
import type { CommandResult } from '../support/stack.js';
import { childrenOf, isAlive } from '../support/worker-process.js';
import type { WorkerProcess } from '../support/worker-process.js';

/** The whole chain with as little work as it allows. */
const SMALL: RunSpecInput = { preset: 'quick-test', maxTrials: 1, walkForwardWindows: 1, bootstrapPaths: 100, notify: [] };
/** A search that goes on for long, its checkpoint interval longer than any test: only draining writes parts. */
const LONG: RunSpecInput = { ...SMALL, maxTrials: 1000, autoCheckpointMinutes: 60 };

type Entry = SideLogEntry & { readonly pid: number };

describe('the life of a worker', () => {
  let rig: FieldRig;
  let ares: AresClient;
  before(async () => {
    rig = await startFieldRig();
    rig.env['ARES_SIDE_LOG'] = join(rig.s3.scratch, 'side-log.jsonl');
    ares = new AresClient(rig.client);
  });
  after(async () => rig.stop());

  const temporal = async (...args: string[]): Promise<CommandResult> =>
    runCommand(programPath('temporal'), [...args, '--address', rig.temporal.address], rig.env);
  const sideLog = async (): Promise<Entry[]> =>
    (await readFile(String(rig.env['ARES_SIDE_LOG']), 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Entry);
  const parts = async (step: string): Promise<Entry[]> => (await sideLog()).filter((entry) => entry.event === 'part' && entry.step === step);
  /** Workflows whose steps a worker has begun. */
  const served = (worker: WorkerProcess): Set<string> =>
    new Set([...worker.output().matchAll(/"workflowId":"([^"]+)".*"msg":"step started"/g)].map((match) => match[1] as string));

  test('a namespace without the search attributes is refused, with the command that creates them', async () => {
    assert.equal((await temporal('operator', 'namespace', 'create', '--namespace', 'bare')).code, 0);
    const refused = await eventually('the refusal', async () => {
      const error = await rig.worker({ TEMPORAL_NAMESPACE: 'bare' }).then(
        () => new Error('the worker started'),
        (reason: Error) => reason,
      );
      // A namespace takes a moment to be known.
      return /Namespace bare is not found/.test(error.message) ? null : error;
    });
    assert.match(refused.message, /worker ended with 1/);
    assert.match(
      refused.message,
      /lacks search attributes .*RunState.*temporal operator search-attribute create --namespace bare --name Pipeline --type Keyword/,
    );
  });

  test('a wrong setting ends the worker before it connects', async () => {
    await assert.rejects(rig.worker({ ARES_SHUTDOWN_GRACE: 'soon' }), /worker ended with 1.*expected ARES_SHUTDOWN_GRACE to be a time/s);
    await assert.rejects(rig.worker({ ARES_WEBHOOK_URL: 'https://hooks.example.org/a' }), /worker ended with 1.*expected ARES_WEBHOOK_SECRET to be set/s);
  });

  test('SIGTERM in a long step: finished parts are kept, exit code 0, and the next worker goes on behind them', async () => {
    const step = 'analyst-enhancement';
    const first = await rig.worker({ ARES_SHUTDOWN_GRACE: '3s' });
    await ares.start({ ...LONG, seed: 21 }, 'drained');
    await eventually('ten trials', async () => ((await parts(step)).length >= 10 ? true : null), 180_000);
    const before = await parts(step);
    first.signal('SIGTERM');
    assert.equal(await first.exit, 0);
    const done = await parts(step);
    const second = await rig.worker();
    const again = await eventually('trials of the second worker', async () => {
      const more = (await parts(step)).slice(done.length);
      return more.length >= 3 ? more : null;
    });
    const redone = again.filter((entry) => before.some((old) => old.key === entry.key && old.part === entry.part));
    console.log(`drained after ${before.length} parts, ${done.length} at its end; ${redone.length} of those before the signal were computed again`);
    assert.deepEqual(redone, []);
    second.signal('SIGTERM');
    await eventually('draining', () => (/"msg":"draining/.test(second.output()) ? true : null));
    const children = childrenOf(second.pid);
    assert.ok(children.length > 0);
    second.signal('SIGTERM');
    assert.equal(await second.exit, 1);
    await eventually('the end of the children', () => (children.some(isAlive) ? null : true), 5000);
    await rig.client.workflow.getHandle('drained').terminate('test');
  });

  test('a pinned run stays with its build, a new one goes to the current build, and a reset with auto_upgrade moves', async () => {
    const version = (build: string): NodeJS.ProcessEnv => ({ ARES_DEPLOYMENT_NAME: 'ares', ARES_BUILD_ID: build, ARES_SHUTDOWN_GRACE: '1s' });
    const makeCurrent = async (build: string): Promise<void> => {
      // The server learns of a version from its first poll.
      await eventually(`build ${build} as the current one`, async () =>
        (await temporal('worker', 'deployment', 'set-current-version', '--deployment-name', 'ares', '--build-id', build, '--yes')).code === 0 ? true : null,
      );
    };
    const old = await rig.worker(version('1.0'));
    await makeCurrent('1.0');
    for (const id of ['stays', 'moves']) {
      await ares.start({ ...SMALL, seed: 31 }, id);
      await rig.client.workflow.getHandle(id).executeUpdate('setPaused', { args: [{ paused: true }] });
      await eventually('the plan', async () => ((await ares.status(id)).plan === null ? null : true));
    }
    const young = await rig.worker(version('2.0'));
    await makeCurrent('2.0');
    await ares.start({ ...SMALL, seed: 31 }, 'new');
    assert.equal((await ares.result('new')).state, 'Succeeded');
    await rig.client.workflow.getHandle('stays').executeUpdate('setPaused', { args: [{ paused: false }] });
    assert.equal((await ares.result('stays')).state, 'Succeeded');
    assert.deepEqual([...served(old)], ['stays']);
    assert.deepEqual([...served(young)], ['new']);
    await old.end('SIGTERM');
    const reset = await temporal(
      ...['workflow', 'reset', 'with-workflow-update-options', '--workflow-id', 'moves', '--type', 'FirstWorkflowTask', '--reason', 'new build'],
      ...['--reapply-exclude', 'All', '--versioning-override-behavior', 'auto_upgrade'],
    );
    assert.equal(reset.code, 0, reset.stderr);
    assert.equal((await ares.result('moves')).state, 'Succeeded');
    assert.deepEqual([...served(young)].sort(), ['moves', 'new']);
  });
});
