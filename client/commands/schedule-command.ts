/** `ares schedule`: runs at set times, and what an operator does with them. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import { readDuration, readTime } from '../read-time.js';
import type { AresSchedules, OverlapPolicy, ScheduleListing, ScheduleState } from '../schedules.js';
import { addSpecFlags, specOf } from '../spec-options.js';
import { textTable } from '../text-table.js';
import { withClient } from '../with-client.js';

type Done = (code: ExitCode) => void;
interface JsonOption {
  readonly json?: boolean;
}
interface CreateOptions extends JsonOption {
  readonly cron?: string;
  readonly every?: string;
  readonly timezone?: string;
  readonly overlap: OverlapPolicy;
  readonly catchUp: string;
  readonly pauseOnFailure: boolean;
  readonly jitter: string;
  readonly paused?: boolean;
}

const OVERLAPS = ['skip', 'buffer-one', 'buffer-all', 'cancel-other', 'terminate-other', 'allow-all'] as const satisfies readonly OverlapPolicy[];

/** Adds the command with its subcommands; `done` takes the exit code. */
export function addScheduleCommand(program: Command, world: CommandWorld, done: Done): void {
  const schedule = program.command('schedule').description('runs at set times: create, list, describe, trigger, pause, unpause, delete, backfill');
  addCreate(schedule, world, done);
  addLooks(schedule, world, done);
  addActs(schedule, world, done);
  addBackfill(schedule, world, done);
}

function overlapOption(description: string): Option {
  return new Option('--overlap <policy>', description).choices(OVERLAPS);
}

function addCreate(schedule: Command, world: CommandWorld, done: Done): void {
  const command = schedule
    .command('create <id>')
    .description('store a schedule whose runs have the given spec')
    .option('--cron <expression>', 'minute hour day-of-month month day-of-week, for example "30 2 * * 1-5"')
    .option('--every <span>', 'instead of --cron: 30m, 12h, 1d ...')
    .option('--timezone <name>', 'in which --cron is read, for example Europe/Berlin; default UTC')
    .addOption(overlapOption('when the run before is still there').default('skip'))
    .option('--catch-up <span>', 'times missed while Temporal was away are made up within this span', '1h')
    .option('--pause-on-failure', 'after a failed run start nothing until somebody unpauses', true)
    .option('--no-pause-on-failure', 'go on after a failed run')
    .option('--jitter <span>', 'delay each start at random, at most so long', '0s')
    .option('--paused', 'store it paused')
    .option('--json', 'print the schedule as one JSON object');
  addSpecFlags(command).action(async (id: string, options: CreateOptions) => {
    const { input, spec } = specOf(command);
    const request = {
      id,
      spec: input,
      ...(options.cron === undefined ? {} : { cron: options.cron }),
      ...(options.every === undefined ? {} : { everyMs: readDuration('--every', options.every) }),
      ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
      overlap: options.overlap,
      catchUpMs: readDuration('--catch-up', options.catchUp),
      pauseOnFailure: options.pauseOnFailure,
      jitterMs: readDuration('--jitter', options.jitter),
      paused: options.paused === true,
    };
    const made = await withSchedules(world, async (schedules) => {
      await schedules.create(request);
      return schedules.describe(id);
    });
    if (options.pauseOnFailure && spec.onStepFailure === 'park')
      world.err('note: a run that parks has not failed, so it does not pause the schedule; --on-step-failure fail makes it fail\n');
    if (options.json === true) printJson(world, made);
    else world.out(stateText(made));
    done(EXIT_CODES.done);
  });
}

function addLooks(schedule: Command, world: CommandWorld, done: Done): void {
  schedule
    .command('list')
    .description('the schedules of training runs')
    .option('--json', 'print one JSON array')
    .action(async (options: JsonOption) => {
      const found = await withSchedules(world, async (schedules) => schedules.list());
      if (options.json === true) printJson(world, found);
      else world.out(listText(found));
      done(EXIT_CODES.done);
    });
  schedule
    .command('describe <id>')
    .description('times, policies, spec, newest runs, and how many were skipped')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: JsonOption) => {
      const state = await withSchedules(world, async (schedules) => schedules.describe(id));
      if (options.json === true) printJson(world, state);
      else world.out(stateText(state));
      done(EXIT_CODES.done);
    });
}

interface ActOptions extends JsonOption {
  readonly note?: string;
  readonly overlap?: OverlapPolicy;
}

function addActs(schedule: Command, world: CommandWorld, done: Done): void {
  const act = (name: string, description: string, body: (schedules: AresSchedules, id: string, options: ActOptions) => Promise<string>): Command =>
    schedule
      .command(`${name} <id>`)
      .description(description)
      .option('--json', 'print one JSON object')
      .action(async (id: string, options: ActOptions) => {
        const did = await withSchedules(world, async (schedules) => body(schedules, id, options));
        if (options.json === true) printJson(world, { id, did });
        else world.out(`schedule ${id} ${did}\n`);
        done(EXIT_CODES.done);
      });
  act('trigger', 'start a run now', async (schedules, id, { overlap }) => {
    await schedules.trigger(id, overlap);
    return 'triggered';
  }).addOption(overlapOption("instead of the schedule's own policy"));
  act('pause', 'start nothing until unpaused', async (schedules, id, { note }) => {
    await schedules.pause(id, note ?? 'ares schedule pause');
    return 'paused';
  }).option('--note <text>', 'why, for whoever looks next');
  act('unpause', 'go on, also after a failed run paused it', async (schedules, id, { note }) => {
    await schedules.unpause(id, note ?? 'ares schedule unpause');
    return 'unpaused';
  }).option('--note <text>', 'why, for whoever looks next');
  act('delete', 'remove it; its runs stay', async (schedules, id) => {
    await schedules.delete(id);
    return 'deleted';
  });
}

function addBackfill(schedule: Command, world: CommandWorld, done: Done): void {
  schedule
    .command('backfill <id>')
    .description('start the runs whose times lie in a past span')
    .requiredOption('--from <time>', 'ISO 8601 date or time, UTC')
    .requiredOption('--to <time>', 'ISO 8601 date or time, UTC')
    .addOption(overlapOption('default buffer-all: one after the other'))
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: JsonOption & { readonly from: string; readonly to: string; readonly overlap?: OverlapPolicy }) => {
      const span = { from: readTime('--from', options.from), to: readTime('--to', options.to) };
      await withSchedules(world, async (schedules) =>
        schedules.backfill(id, { ...span, ...(options.overlap === undefined ? {} : { overlap: options.overlap }) }),
      );
      if (options.json === true) printJson(world, { id, did: 'backfilled' });
      else world.out(`schedule ${id} backfilled\n`);
      done(EXIT_CODES.done);
    });
}

/** What `body` returns. What the server refuses is bad input, in its words. */
async function withSchedules<T>(world: CommandWorld, body: (schedules: AresSchedules) => Promise<T>): Promise<T> {
  return withClient(world, async ({ client }) => {
    const { AresSchedules: Schedules, ScheduleRefused } = await import('../schedules.js');
    return body(new Schedules(client)).catch((error: unknown) => {
      throw error instanceof ScheduleRefused ? new CommandFailure(EXIT_CODES.badInput, error.message, { cause: error }) : error;
    });
  });
}

function listText(schedules: readonly ScheduleListing[]): string {
  if (schedules.length === 0) return 'no schedules\n';
  const rows = schedules.map(({ id, paused, next, lastRun, note }) => [id, paused ? 'paused' : 'active', next?.slice(0, 19) ?? '', lastRun ?? '', note]);
  return textTable(['schedule', 'state', 'next start (UTC)', 'newest run', 'note'], rows);
}

function stateText(state: ScheduleState): string {
  const lines: [string, string][] = [
    ['state', `${state.paused ? 'paused' : 'active'}${state.note === '' ? '' : `: ${state.note}`}`],
    ['next', state.next.slice(0, 3).join(', ') || 'none'],
    ['policies', `overlap ${state.overlap}, catch up ${state.catchUpSeconds} s, jitter ${state.jitterSeconds} s, pause on failure ${state.pauseOnFailure}`],
    ['runs', `${state.started} started, ${state.skippedByOverlap} skipped by overlap, ${state.missed} missed`],
    ['running', state.running.join(', ') || 'none'],
    ['newest', state.recent.at(-1)?.workflowId ?? 'none'],
    ['spec', JSON.stringify(state.spec)],
  ];
  return `schedule ${state.id}\n${lines.map(([name, text]) => `${name.padEnd(9)}${text}\n`).join('')}`;
}
