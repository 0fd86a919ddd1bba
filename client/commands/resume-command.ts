/** `ares resume`: goes on with a run that is parked, failed or was stopped. */
import type { Command } from 'commander';
import type { ResumedRun } from '../operate-run.js';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { EXIT_CODES } from '../exit-codes.js';
import { followRun } from '../follow-run.js';
import { withClient } from '../with-client.js';

interface ResumeFlags {
  readonly step?: string;
  readonly note?: string;
  readonly fromStart?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Adds the command; `done` takes its exit code. */
export function addResumeCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  program
    .command('resume <workflow-id>')
    .description('go on with a run: retry its parked step, or reset it to the step that it did not finish')
    .option('--step <step>', 'go on at this step; default: every parked one, or the first that was not finished')
    .option('--note <text>', 'why; kept in the history')
    .option('--from-start', 'reset to the start: on the newest code, finished steps come from the cache')
    .option('--follow', 'then wait for its end, as ares run does')
    .option('--json', 'print one JSON object at the end')
    .action(async (workflowId: string, { step, note, fromStart, ...flags }: ResumeFlags) => {
      const options = { ...(step === undefined ? {} : { step }), ...(note === undefined ? {} : { note }), ...(fromStart === undefined ? {} : { fromStart }) };
      done(
        await withClient(world, async (connected) => {
          const resumed = await connected.ares.resume(workflowId, options);
          if (flags.follow !== true) {
            if (flags.json === true) printJson(world, resumed);
            else world.out(`${resumedText(resumed)}\nfollow  ares watch ${workflowId}\n`);
            return EXIT_CODES.done;
          }
          world.err(`${resumedText(resumed)}\n`);
          return followRun(world, connected, { workflowId, json: flags.json === true, progress: true });
        }),
      );
    });
}

function resumedText({ workflowId, runId, how, steps, event }: ResumedRun): string {
  const where = steps.length === 0 ? '' : ` at ${steps.join(', ')}`;
  if (how === 'retried') return `run ${workflowId} goes on${where}`;
  return `run ${workflowId} was reset to ${event === null ? 'its start' : `event ${event}`}${where}; its run id is now ${runId}`;
}
