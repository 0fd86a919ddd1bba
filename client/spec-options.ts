/** The spec's flags on a command, and the checked spec of what was typed. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { CheckedSpec, FlagValues } from './spec-input.js';
import { readSpecInput } from './spec-input.js';
import type { SpecFlag } from './spec-flags.js';
import { specFlags } from './spec-flags.js';

/** Adds --spec and a flag for every key of the run spec. */
export function addSpecFlags(command: Command): Command {
  command.option('--spec <file or JSON>', 'the run spec as a file, as JSON text, or - for standard input; flags go on top');
  for (const flag of specFlags()) command.addOption(optionOf(flag));
  return command;
}

function optionOf({ flag, type, description }: SpecFlag): Option {
  const option = new Option(`--${flag} ${type === 'boolean' ? '[value]' : '<value>'}`, description);
  if (type !== 'texts' && type !== 'numbers') return option;
  return option.argParser((value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]);
}

/** The checked spec of a parsed command. @throws CommandFailure (bad input) */
export function specOf(command: Command): CheckedSpec {
  const flags = specFlags();
  const values: FlagValues = Object.fromEntries(
    command.options.map((option) => [option.long?.slice(2) ?? '', command.getOptionValue(option.attributeName()) as FlagValues[string]]),
  );
  return readSpecInput(command.getOptionValue('spec') as string | undefined, values, flags);
}
