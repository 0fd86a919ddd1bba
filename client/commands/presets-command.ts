/** `ares presets`: the preset table. */
import type { Command } from 'commander';
import { PRESETS, PRESET_NAMES } from '../../pipeline/presets.js';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { EXIT_CODES } from '../exit-codes.js';
import { textTable } from '../text-table.js';

/** Adds the command; `done` takes its exit code. */
export function addPresetsCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  program
    .command('presets')
    .description('the presets and their values; every key can be overridden by a flag')
    .option('--json', 'print one JSON object')
    .action((options: { readonly json?: boolean }) => {
      if (options.json === true) printJson(world, PRESETS);
      else {
        const keys = Object.keys(PRESETS[PRESET_NAMES[0]]) as (keyof (typeof PRESETS)['dev'])[];
        world.out(
          textTable(
            ['key', ...PRESET_NAMES],
            keys.map((key) => [key, ...PRESET_NAMES.map((name) => String(PRESETS[name][key]))]),
          ),
        );
      }
      done(EXIT_CODES.done);
    });
}
