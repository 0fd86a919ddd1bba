import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { AresSchedules, ScheduleRefused } from '../../client/schedules.js';
import type { ScheduleState } from '../../client/schedules.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import { programPath } from '../support/programs.js';
import { cloneRoot } from '../support/repository.js';
import { startTemporalServer } from '../support/temporal-server.js';
import type { TemporalServer } from '../support/temporal-server.js';
import type { CliOutcome } from './cli-world.js';
import { ares } from './cli-world.js';

const run = promisify(execFile);

describe('ares schedule against a real server', () => {
  let server: TemporalServer;
  let client: Client;
  let native: NativeConnection;
  let worker: Worker;
  let running: Promise<void>;

  before(async () => {
    Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
    server = await startTemporalServer();
    client = new Client({ connection: await Connection.connect({ address: server.address }) });
    native = await NativeConnection.connect({ address: server.address });
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('../support/scheduled-workflow.js', import.meta.url)) });
    worker = await Worker.create({ connection: native, taskQueue: TASK_QUEUES.workflow, workflowBundle });
    running = worker.run();
  });
  after(async () => {
    worker.shutdown();
    await running;
    await native.close();
    await client.connection.close();
    await server.stop();
  });

  const schedule = async (...args: string[]): Promise<CliOutcome> => ares(['schedule', ...args], { TEMPORAL_ADDRESS: server.address });
  async function json<T>(...args: string[]): Promise<T> {
    const { exitCode, out, err } = await schedule(...args, '--json');
    assert.equal(exitCode, 0, `${args.join(' ')}: ${err}`);
    return JSON.parse(out) as T;
  }
  const describedAs = async (id: string, reached: (state: ScheduleState) => boolean): Promise<ScheduleState> =>
    until(async () => json<ScheduleState>('describe', id), reached);

  test('create stores times, policies and the checked spec, and describe tells them again', async () => {
    const made = await json<ScheduleState>(
      ...['create', 'nightly', '--cron', '30 2 * * 1-5', '--timezone', 'Europe/Berlin', '--jitter', '5m', '--catch-up', '2h'],
      ...['--overlap', 'buffer-one', '--no-pause-on-failure', '--preset', 'dev', '--symbol', 'BTCUSDT', '--paused'],
    );
    const { spec, timezone, overlap, catchUpSeconds, pauseOnFailure, jitterSeconds, paused } = made;
    assert.deepEqual(
      { spec, timezone, overlap, catchUpSeconds, pauseOnFailure, jitterSeconds, paused },
      {
        spec: { symbol: 'BTCUSDT', preset: 'dev' },
        timezone: 'Europe/Berlin',
        overlap: 'buffer-one',
        catchUpSeconds: 7200,
        pauseOnFailure: false,
        jitterSeconds: 300,
        paused: true,
      },
    );
    assert.ok(made.next.length > 0);
    for (const time of made.next) {
      const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit', weekday: 'short' }).formatToParts(
        new Date(time),
      );
      const part = (type: string): string => local.find((item) => item.type === type)?.value ?? '';
      assert.match(`${part('weekday')} ${part('hour')}:${part('minute')}`, /^(Mon|Tue|Wed|Thu|Fri) 02:3[0-5]$/);
    }
  });

  test('defaults are overlap skip, an hour of catching up, pause on failure and UTC', async () => {
    const made = await json<ScheduleState>('create', 'defaults', '--every', '1d');
    const { overlap, catchUpSeconds, pauseOnFailure, timezone, paused } = made;
    assert.deepEqual(
      { overlap, catchUpSeconds, pauseOnFailure, timezone, paused },
      { overlap: 'skip', catchUpSeconds: 3600, pauseOnFailure: true, timezone: 'UTC', paused: false },
    );
  });

  test('a schedule that parks on failure is told that this does not pause it', async () => {
    assert.match((await schedule('create', 'parks', '--every', '1d')).err, /--on-step-failure fail/);
    assert.equal((await schedule('create', 'fails', '--every', '1d', '--on-step-failure', 'fail')).err, '');
  });

  for (const [title, args, pattern] of [
    ['a wrong spec', ['--every', '1d', '--symbol', 'eth'], /InvalidSpec: symbol: .*found "eth"/],
    ['a bad cron expression', ['--cron', '61 * * * *'], /schedule refused: Minute is not in range/],
    ['a cron expression of words', ['--cron', 'every night'], /schedule refused: .*[Cc]ron/],
    ['an unknown time zone', ['--cron', '0 2 * * *', '--timezone', 'Mars/Olympus'], /schedule refused: .*Mars\/Olympus/],
    ['no times at all', [], /exactly one of cron and every/],
    ['both kinds of times', ['--cron', '0 2 * * *', '--every', '1d'], /exactly one of cron and every/],
    ['a span without unit', ['--every', '30'], /--every: expected a span .*found "30"/],
    ['an unknown policy', ['--every', '1d', '--overlap', 'twice'], /argument 'twice' is invalid/],
  ] as const) {
    test(`${title} is refused with its text and exit code 2, and nothing is stored`, async () => {
      const { exitCode, err } = await schedule('create', 'refused', ...args);
      assert.equal(exitCode, 2, err);
      assert.match(err, pattern);
      assert.equal((await schedule('describe', 'refused')).exitCode, 2);
    });
  }

  test('a second schedule of one id is refused', async () => {
    await json('create', 'twice', '--every', '1d');
    const { exitCode, err } = await schedule('create', 'twice', '--every', '2d');
    assert.equal(exitCode, 2);
    assert.match(err, /there is a schedule twice already/);
  });

  test('overlap skip starts no second run while the first is there, and counts what it skipped', async () => {
    await json('create', 'overlapping', '--every', '1s', '--symbol', 'WAITUSDT');
    const state = await describedAs('overlapping', ({ skippedByOverlap }) => skippedByOverlap >= 2);
    assert.equal(state.started, 1);
    assert.equal(state.running.length, 1);
    await json('pause', 'overlapping', '--note', 'seen enough');
    const paused = await describedAs('overlapping', (now) => now.paused);
    assert.equal(paused.note, 'seen enough');
    await client.workflow.getHandle(state.running[0] ?? '').signal('go');
    await describedAs('overlapping', ({ running: left }) => left.length === 0);
    assert.equal((await json<ScheduleState>('describe', 'overlapping')).started, 1);
  });

  test('a failed run pauses its schedule, and unpause goes on', async () => {
    await json('create', 'failing', '--every', '1d', '--symbol', 'FAILUSDT', '--on-step-failure', 'fail');
    await json('trigger', 'failing');
    const state = await describedAs('failing', ({ paused }) => paused);
    assert.match(state.note, /fail/i);
    const [last] = state.recent;
    assert.equal((await client.workflow.getHandle(last?.workflowId ?? '').describe()).status.name, 'FAILED');
    await json('unpause', 'failing');
    await describedAs('failing', ({ paused }) => !paused);
  });

  test('without pause on failure the schedule goes on', async () => {
    await json('create', 'stubborn', '--every', '1s', '--symbol', 'FAILUSDT', '--no-pause-on-failure');
    const state = await describedAs('stubborn', ({ started }) => started >= 3);
    assert.equal(state.paused, false);
    await json('delete', 'stubborn');
  });

  test('a triggered run has the schedule in its id and the stored spec as its input', async () => {
    await json('create', 'spec-of-run', '--every', '1d', '--preset', 'blank');
    await json('trigger', 'spec-of-run');
    const { recent } = await describedAs('spec-of-run', ({ recent: runs }) => runs.length === 1);
    const workflowId = recent[0]?.workflowId ?? '';
    assert.match(workflowId, /^spec-of-run-\d{4}-\d{2}-\d{2}T/);
    const { memo } = await client.workflow.getHandle(workflowId).describe();
    assert.deepEqual(memo, { spec: { preset: 'blank' } });
  });

  test('backfill starts a run for each time of a past span', async () => {
    await json('create', 'past', '--cron', '0 12 * * *', '--paused');
    await json('backfill', 'past', '--from', '2024-03-01', '--to', '2024-03-03T23:00:00Z');
    const { recent } = await describedAs('past', ({ started }) => started >= 3);
    assert.deepEqual(
      recent.map(({ workflowId }) => workflowId),
      ['past-2024-03-01T12:00:00Z', 'past-2024-03-02T12:00:00Z', 'past-2024-03-03T12:00:00Z'],
    );
    assert.equal((await schedule('backfill', 'past', '--from', '2024-03-02', '--to', '2024-03-01')).exitCode, 2);
    assert.match((await schedule('backfill', 'past', '--from', 'yesterday', '--to', '2024-03-01')).err, /--from: .*found "yesterday"/);
  });

  test('list shows training schedules only, and delete removes one', async () => {
    await client.schedule.create({ scheduleId: 'foreign', spec: {}, action: { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other' } });
    await json('create', 'listed', '--every', '1d');
    const ids = async (): Promise<string[]> => (await json<{ id: string }[]>('list')).map(({ id }) => id);
    const listed = await until(ids, (found) => found.includes('listed'));
    assert.equal(listed.includes('foreign'), false);
    await json('delete', 'listed');
    await until(ids, (found) => !found.includes('listed'));
    assert.match((await schedule('list')).out, /^schedule +state +next start/);
  });

  test('every verb on a schedule that is not there ends in exit code 2 and says so', async () => {
    for (const verb of ['describe', 'trigger', 'pause', 'unpause', 'delete']) {
      const { exitCode, err } = await schedule(verb, 'nowhere');
      assert.equal(exitCode, 2, `${verb}: ${err}`);
      assert.match(err, /no such schedule: nowhere/);
    }
  });

  test('the library refuses a wrong spec before it asks the server', async () => {
    const unreachable = new AresSchedules(new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) }));
    await assert.rejects(
      unreachable.create({ id: 'x', everyMs: 1000, spec: { folds: 1 } }),
      (error) => error instanceof ScheduleRefused && /folds/.test(error.message),
    );
  });

  test('every schedule command in the docs works as it is written', async () => {
    const text = await readFile(join(cloneRoot(), 'docs', 'schedules-and-notifications.md'), 'utf8');
    const lines = [...text.matchAll(/^(ares|temporal) (schedule .*)$/gm)].map(([, program, rest]) => ({ program, rest: String(rest) }));
    assert.ok(lines.filter(({ program }) => program === 'ares').length >= 8 && lines.filter(({ program }) => program === 'temporal').length >= 2);
    for (const { program, rest } of lines) {
      const env = { ...process.env, TEMPORAL_ADDRESS: server.address, PATH: `${dirname(programPath('temporal'))}:${process.env['PATH']}` };
      if (program === 'temporal') await run('sh', ['-c', `temporal ${rest}`], { env });
      else {
        const { stdout } = await run('sh', ['-c', `printf '%s\\n' ${rest}`]);
        const { exitCode, err } = await ares(stdout.trimEnd().split('\n'), { TEMPORAL_ADDRESS: server.address });
        assert.equal(exitCode, 0, `ares ${rest}: ${err}`);
      }
    }
  });
});

async function until<T>(look: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await look();
    if (reached(value)) return value;
    if (Date.now() > deadline) throw new assert.AssertionError({ message: `not reached within 60 s: ${JSON.stringify(value)}` });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
