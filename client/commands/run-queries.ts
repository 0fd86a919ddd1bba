/** Commands about runs that are there: status, list, watch, result, cancel. */
import type { Command } from 'commander';
import type { RunListing } from '../ares-client.js';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import { followRun } from '../follow-run.js';
import type { RunSnapshot } from '../run-events.js';
import { stepTable, summarizeRun } from '../run-summary.js';
import { textTable } from '../text-table.js';
import { uiAddress, withClient } from '../with-client.js';

type Done = (code: ExitCode) => void;
interface JsonOption {
  readonly json?: boolean;
}

/** Values of the search attribute RunState. */
const RUN_STATES = ['Running', 'Blocked', 'Paused', 'Succeeded', 'Failed', 'Canceled'];

/** Adds the five commands; `done` takes the exit code. */
export function addRunQueries(program: Command, world: CommandWorld, done: Done): void {
  addStatus(program, world, done);
  addList(program, world, done);
  const follow = (name: string, description: string, progress: boolean): void => {
    program
      .command(`${name} <workflow-id>`)
      .description(description)
      .option('--json', 'print one JSON object at the end')
      .action(async (workflowId: string, options: JsonOption) => {
        done(await withClient(world, async (connected) => followRun(world, connected, { workflowId, json: options.json === true, progress })));
      });
  };
  follow('watch', 'follow a run: steps, rate and time left, until it ends or parks', true);
  follow('result', 'wait for a run to end or park, and print its result', false);
  program
    .command('cancel <workflow-id>')
    .description('ask a run to stop; finished steps stay in the cache')
    .option('--json', 'print one JSON object')
    .action(async (workflowId: string, options: JsonOption) => {
      await withClient(world, async ({ ares }) => ares.cancel(workflowId));
      if (options.json === true) printJson(world, { workflowId, cancelRequested: true });
      else world.out(`asked ${workflowId} to stop; ares result ${workflowId} waits for its end\n`);
      done(EXIT_CODES.done);
    });
}

function addStatus(program: Command, world: CommandWorld, done: Done): void {
  program
    .command('status <workflow-id>')
    .description('where a run stands: each step, its attempts, rows and seconds')
    .option('--json', 'print the status as one JSON object')
    .action(async (workflowId: string, options: JsonOption) => {
      await withClient(world, async ({ ares, namespace }) => {
        const snapshot = await ares.snapshot(workflowId);
        const { status } = snapshot;
        if (status === null) throw new CommandFailure(EXIT_CODES.cannotConnect, `${snapshot.unanswered}; does a worker run (npm run stack)?`);
        const ui = uiAddress(world, namespace, snapshot);
        if (options.json === true) printJson(world, { workflowId, runId: snapshot.runId, ...status, activities: snapshot.activities, ui });
        else world.out(statusText(snapshot, ui));
      });
      done(EXIT_CODES.done);
    });
}

function statusText(snapshot: RunSnapshot, ui: string | null): string {
  const { steps } = summarizeRun({ state: 'Blocked' }, snapshot, ui);
  const errors = steps
    .filter((step) => step.error !== null)
    .map((step) => `${step.id} (${step.error?.type}): ${step.error?.message}\n`)
    .join('');
  const live = snapshot.activities
    .map(
      ({ step, unit, fraction, message }) =>
        `${step}${unit === null ? '' : ` ${unit}`}: ${fraction === null ? 'started' : `${Math.floor(fraction * 100)} %`} ${message}\n`,
    )
    .join('');
  return `${snapshot.workflowId}: ${snapshot.status?.state}\n\n${stepTable(steps)}\n${errors}${live}${ui === null ? '' : `UI  ${ui}\n`}`;
}

function addList(program: Command, world: CommandWorld, done: Done): void {
  program
    .command('list')
    .description('the newest runs')
    .option('--state <state>', `only runs in this state: ${RUN_STATES.join(', ')}`)
    .option('--limit <count>', 'at most so many', '20')
    .option('--json', 'print one JSON array')
    .action(async (options: JsonOption & { readonly state?: string; readonly limit: string }) => {
      if (options.state !== undefined && !RUN_STATES.includes(options.state))
        throw new CommandFailure(EXIT_CODES.badInput, `--state: expected one of ${RUN_STATES.join(', ')}, found ${JSON.stringify(options.state)}`);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new CommandFailure(EXIT_CODES.badInput, `--limit: expected a whole number from 1, found ${JSON.stringify(options.limit)}`);
      const runs = await withClient(world, async ({ ares }) => ares.list({ limit, ...(options.state === undefined ? {} : { state: options.state }) }));
      if (options.json === true) printJson(world, runs);
      else world.out(listText(runs));
      done(EXIT_CODES.done);
    });
}

function listText(runs: readonly RunListing[]): string {
  if (runs.length === 0) return 'no runs\n';
  const rows = runs.map((run) => [
    run.workflowId,
    run.symbol ?? '',
    run.state ?? '',
    run.status,
    run.startedAt.slice(0, 19),
    run.closedAt?.slice(0, 19) ?? '',
    run.state === 'Blocked' ? (run.blockedStep ?? '') : '',
  ]);
  return textTable(['workflow id', 'symbol', 'state', 'Temporal status', 'started (UTC)', 'ended (UTC)', 'blocked at'], rows);
}
