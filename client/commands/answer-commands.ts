/** Answers to a parked step, and other orders to a running one: retry, skip, fail, adjust, pause, unpause. */
import type { Command } from 'commander';
import type { AresClient } from '../ares-client.js';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import { addSpecFlags, specOf } from '../spec-options.js';
import { withClient } from '../with-client.js';

interface AnswerFlags {
  readonly step?: string;
  readonly note?: string;
  readonly artifact?: string;
  readonly json?: boolean;
}

interface Order {
  readonly name: string;
  readonly description: string;
  /** Whether flags of the run spec may follow, as other parameters. */
  readonly hasOverrides: boolean;
  readonly options: readonly (readonly [flag: string, description: string, isRequired?: boolean])[];
  readonly send: (ares: AresClient, workflowId: string, input: { readonly flags: AnswerFlags; readonly overrides: Record<string, unknown> }) => Promise<string>;
}

const STEP = ['--step <step>', 'the parked step; needed where several are parked'] as const;
const NOTE = ['--note <text>', 'why; kept in the history'] as const;
const REQUIRED_NOTE = [...NOTE, true] as const;

const ORDERS: readonly Order[] = [
  {
    name: 'retry',
    description: 'run a parked step again; flags of the run spec are other parameters for it and later steps',
    hasOverrides: true,
    options: [STEP, NOTE],
    send: async (ares, workflowId, { flags, overrides }) =>
      ares.retry(workflowId, { ...stepAndNote(flags), ...(Object.keys(overrides).length === 0 ? {} : { overrides }) }),
  },
  {
    name: 'skip',
    description: "go on with a supplied result in place of a parked step's own (ares supply makes one)",
    hasOverrides: false,
    options: [STEP, ['--artifact <address>', 's3 address of a manifest of that step', true], REQUIRED_NOTE],
    send: async (ares, workflowId, { flags }) => ares.skip(workflowId, { ...stepAndNote(flags), artifact: flags.artifact ?? '', note: flags.note ?? '' }),
  },
  {
    name: 'fail',
    description: 'end a parked run as failed',
    hasOverrides: false,
    options: [STEP, NOTE],
    send: async (ares, workflowId, { flags }) => ares.failRun(workflowId, stepAndNote(flags)),
  },
  {
    name: 'adjust',
    description: 'change parameters that no started step has read, by flags of the run spec',
    hasOverrides: true,
    options: [REQUIRED_NOTE],
    send: async (ares, workflowId, { flags, overrides }) => {
      if (Object.keys(overrides).length === 0)
        throw new CommandFailure(EXIT_CODES.badInput, 'expected at least one flag of the run spec, for example --max-trials 5');
      return ares.adjust(workflowId, { overrides, note: flags.note ?? '' });
    },
  },
  {
    name: 'pause',
    description: 'let no further step start; running ones finish',
    hasOverrides: false,
    options: [NOTE],
    send: async (ares, workflowId, { flags }) => ares.setPaused(workflowId, { paused: true, ...noteOf(flags) }),
  },
  {
    name: 'unpause',
    description: 'let a paused run go on',
    hasOverrides: false,
    options: [NOTE],
    send: async (ares, workflowId, { flags }) => ares.setPaused(workflowId, { paused: false, ...noteOf(flags) }),
  },
];

/** Adds the six commands; `done` takes the exit code. */
export function addAnswerCommands(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  for (const { name, description, hasOverrides, options, send } of ORDERS) {
    const command = program.command(`${name} <workflow-id>`).description(description).option('--json', 'print one JSON object');
    for (const [flag, text, isRequired] of options) {
      if (isRequired === true) command.requiredOption(flag, text);
      else command.option(flag, text);
    }
    if (hasOverrides) addSpecFlags(command);
    command.action(async (workflowId: string, flags: AnswerFlags) => {
      // A copy: what the flags say alone, without defaults.
      const overrides = hasOverrides ? { ...specOf(command).input } : {};
      const answer = await withClient(world, async ({ ares }) => send(ares, workflowId, { flags, overrides }));
      if (flags.json === true) printJson(world, { workflowId, answer });
      else world.out(`${workflowId}: ${answer}\n`);
      done(EXIT_CODES.done);
    });
  }
}

function stepAndNote(flags: AnswerFlags): { step?: string; note?: string } {
  return { ...(flags.step === undefined ? {} : { step: flags.step }), ...noteOf(flags) };
}

function noteOf({ note }: AnswerFlags): { note?: string } {
  return note === undefined ? {} : { note };
}
