/** The `ares` command as a function of its arguments and world, so that tests run it as users do. */
import { Command, CommanderError } from 'commander';
import { addAnswerCommands } from './commands/answer-commands.js';
import { addCodecServerCommand } from './commands/codec-server-command.js';
import { addOtherPrograms } from './commands/other-programs.js';
import { addPlanCommand } from './commands/plan-command.js';
import { addPresetsCommand } from './commands/presets-command.js';
import { addResumeCommand } from './commands/resume-command.js';
import { addProfileCommand } from './commands/profile-command.js';
import { addRunCommand } from './commands/run-command.js';
import { addRunQueries } from './commands/run-queries.js';
import { addScheduleCommand } from './commands/schedule-command.js';
import { addServeCommand } from './commands/serve-command.js';
import type { CommandWorld } from './command-world.js';
import { printJson } from './command-world.js';
import type { ExitCode } from './exit-codes.js';
import { CommandFailure, EXIT_CODES } from './exit-codes.js';

const EXIT_HELP = '\nExit codes: 0 done, 1 failed, 2 bad input, 3 parked at a step, 4 canceled, 5 cannot connect, 130 interrupted (the run goes on).\n';

/**
 * The exit code of a command line.
 * @param args the arguments after `ares`
 */
export async function runCli(args: readonly string[], world: CommandWorld): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.done;
  const done = (code: ExitCode): void => {
    exitCode = code;
  };
  const program = makeProgram(world, done);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.done;
    const failure = commandFailure(error);
    // Commander has printed its own message.
    if (!(error instanceof CommanderError)) world.err(`${failure.message}\n`);
    if (args.includes('--json')) printFailure(world, failure);
    return failure.exitCode;
  }
}

function makeProgram(world: CommandWorld, done: (code: ExitCode) => void): Command {
  const program = new Command('ares')
    .description('Trains, validates and hands over ML trading models, durably')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .addHelpText('after', EXIT_HELP)
    .showHelpAfterError('(ares --help lists the commands and flags)');
  addRunCommand(program, world, done);
  addPlanCommand(program, world, done);
  addRunQueries(program, world, done);
  addResumeCommand(program, world, done);
  addAnswerCommands(program, world, done);
  addScheduleCommand(program, world, done);
  addServeCommand(program, world, done);
  addCodecServerCommand(program, world, done);
  addProfileCommand(program, world, done);
  addPresetsCommand(program, world, done);
  addOtherPrograms(program, world, done);
  return program;
}

function commandFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof CommanderError) return new CommandFailure(EXIT_CODES.badInput, error.message, { cause: error });
  return new CommandFailure(EXIT_CODES.failed, error instanceof Error ? `${error.name}: ${error.message}` : String(error), { cause: error });
}

function printFailure(world: CommandWorld, failure: CommandFailure): void {
  printJson(world, { state: failure.exitCode === EXIT_CODES.interrupted ? 'Running' : 'Failed', exitCode: failure.exitCode, error: failure.message });
}
