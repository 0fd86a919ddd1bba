/** Commands that are programs of their own: they run as child processes with our streams, arguments passed on as they are. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { applyLocalProfile } from '../../adapters/local-profile.js';
import type { CommandWorld } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';

interface OtherProgram {
  readonly name: string;
  readonly description: string;
  /** Relative to the build's root folder. */
  readonly script: string;
}

const PROGRAMS: readonly OtherProgram[] = [
  { name: 'predict', description: 'predict from raw bars with nothing but a hand-over bundle', script: 'worker/predict.js' },
  {
    name: 'lineage',
    description: 'from a run, artifact, figure, prediction or version back to raw files, code and parameters',
    script: 'worker/lineage-command.js',
  },
  {
    name: 'verify',
    description: 'recompute a run into a scratch prefix (--quick: hash its objects) and explain the first difference',
    script: 'worker/verify.js',
  },
  { name: 'supply', description: 'a step result for ares skip: that of another run, or with files replaced by hand', script: 'worker/supply-command.js' },
  { name: 'cache', description: 'ls: what the store and the local cache hold; clean: remove what no manifest names', script: 'worker/cache-command.js' },
  { name: 'stack', description: 'keep the local stack (Temporal, S3, worker) up in the foreground', script: 'infra/stack.js' },
  { name: 'env', description: 'addresses of the local stack, export lines, and where the temporal CLI is', script: 'infra/env.js' },
  { name: 'doctor', description: 'check what must be installed, and say what each is for', script: 'infra/doctor.js' },
];

/** Adds the commands; `done` takes the child's exit code. */
export function addOtherPrograms(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  for (const { name, description, script } of PROGRAMS) {
    program
      .command(name)
      .description(description)
      .argument('[arguments...]', `see ares ${name} --help`)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (_arguments: unknown, _options: unknown, command: Command) => done(await runProgram(script, command.args, world)));
  }
}

/** The exit code of a program of this build, run with our streams; it shares the terminal, so Ctrl-C reaches it too. */
async function runProgram(script: string, args: readonly string[], world: CommandWorld): Promise<ExitCode> {
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  if (!existsSync(path)) throw new CommandFailure(EXIT_CODES.failed, `this build has no ${path}; run npm run build`);
  applyLocalProfile(world.env);
  const child = spawn(process.execPath, ['--enable-source-maps', path, ...args], { stdio: 'inherit', env: world.env });
  return new Promise((resolve, reject) => {
    // The child decides how it ends on Ctrl-C; the parent waits for it.
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    const forward = (): void => void child.kill('SIGTERM');
    process.once('SIGTERM', forward);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', forward);
      resolve((code ?? EXIT_CODES.failed) as ExitCode);
    });
  });
}
