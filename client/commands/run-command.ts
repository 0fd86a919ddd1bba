/** `ares run`: starts a run of the given spec and follows it. */
import type { Command } from 'commander';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { EXIT_CODES } from '../exit-codes.js';
import { followRun } from '../follow-run.js';
import { addSpecFlags, specOf } from '../spec-options.js';
import { uiAddress, withClient } from '../with-client.js';

interface RunOptions {
  readonly spec?: string;
  readonly id?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** Adds the command; `done` takes its exit code. */
export function addRunCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  const command = program
    .command('run')
    .description('start a training run and follow it to its end')
    .option('--id <workflow-id>', 'taken again: a running or succeeded run of that id is followed, a failed one started anew')
    .option('--detach', 'start only, do not follow')
    .option('--json', 'print one JSON object at the end');
  addSpecFlags(command).action(async (options: RunOptions) => {
    const { input } = specOf(command);
    done(
      await withClient(world, async (connected) => {
        const started = await connected.ares.start(input, options.id);
        const ui = uiAddress(world, connected.namespace, started);
        if (started.adopted) world.err(`run ${started.workflowId} was there already; nothing new was started\n`);
        if (options.detach === true) {
          if (options.json === true) printJson(world, { workflowId: started.workflowId, runId: started.runId, state: 'Running', adopted: started.adopted, ui });
          else world.out(`run     ${started.workflowId} (${started.runId})\n${ui === null ? '' : `UI      ${ui}\n`}follow  ares watch ${started.workflowId}\n`);
          return EXIT_CODES.done;
        }
        world.err(`run ${started.workflowId}${ui === null ? '' : `, ${ui}`}\n`);
        return followRun(world, connected, { workflowId: started.workflowId, json: options.json === true, progress: true });
      }),
    );
  });
}
