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
  /** Of a program that leaves its help to us: every flag, with what it does. The others print their own. */
  readonly flags?: Readonly<Record<string, string>>;
}

const PROGRAMS: readonly OtherProgram[] = [
  { name: 'bars', description: 'time, tick, volume, dollar, imbalance or run bars of trades; compare them with klines', script: 'worker/bars-command.js' },
  { name: 'simulate', description: "write the simulator's market as files of an exchange archive", script: 'worker/simulate-command.js' },
  { name: 'predict', description: 'predict from raw bars with nothing but a hand-over bundle', script: 'worker/predict.js' },
  { name: 'compress', description: 'the networks of a hand-over bundle in eight bits, and what that costs', script: 'worker/compress-command.js' },
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
  {
    name: 'cache',
    description: 'ls: what the store, the local cache and the downloads hold; clean: remove what no manifest names, and downloads above their limit',
    script: 'worker/cache-command.js',
    flags: {
      '--json': 'one JSON object',
      '--dry-run': 'say what clean would remove',
      '--older-than-hours': 'N: what is younger stays (default 24)',
      '--downloads': 'clean removes every download that nobody used for so long',
    },
  },
  {
    name: 'stack',
    description: 'keep the local stack (Temporal, S3, worker) up in the foreground',
    script: 'infra/stack.js',
    flags: { '--json': 'the environment as one JSON object', '--stop': 'end a stack that was left running' },
  },
  {
    name: 'env',
    description: 'addresses of the local stack, export lines, and where the temporal CLI is',
    script: 'infra/env.js',
    flags: { '--json': 'one JSON object', '--export': 'lines for eval' },
  },
  { name: 'doctor', description: 'check what must be installed, and say what each is for', script: 'infra/doctor.js', flags: { '--json': 'one JSON object' } },
];

/** Adds the commands; `done` takes the child's exit code. */
export function addOtherPrograms(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  for (const other of PROGRAMS) {
    program
      .command(other.name)
      .description(other.description)
      .argument('[arguments...]', `see ares ${other.name} --help`)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (_arguments: unknown, _options: unknown, { args }: Command) => {
        if (other.flags === undefined || !answersItself(other, args, world)) done(await runProgram(other.script, args, world));
      });
  }
}

/** True for a request for help, which is then given. @throws CommandFailure on a flag that the program does not have */
function answersItself({ name, description, flags = {} }: OtherProgram, args: readonly string[], world: CommandWorld): boolean {
  if (args.includes('--help') || args.includes('-h')) {
    const lines = Object.entries(flags).map(([flag, meaning]) => `  ${flag.padEnd(20)} ${meaning}\n`);
    world.out(`ares ${name}: ${description}\n${lines.join('')}`);
    return true;
  }
  const unknown = args.find((arg) => arg.startsWith('-') && flags[arg.split('=')[0] ?? arg] === undefined);
  if (unknown !== undefined) throw new CommandFailure(EXIT_CODES.badInput, `unknown option ${unknown}; ares ${name} --help lists the options`);
  return false;
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
