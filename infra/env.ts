/** `ares env`: the addresses of the stack, lines to export them, and where the Temporal CLI is. `--json` for programs, `--export` for `eval`. */
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { applyLocalProfile, profileEnvironment, readLocalProfile } from '../adapters/local-profile.js';
import { stateFolder } from '../adapters/local-paths.js';
import { TEMPORAL, findProgram } from './programs.js';
import { isRunning } from './process-identity.js';
import { addressLines, exportLines, quoted } from './stack-lines.js';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, export: { type: 'boolean', default: false } } });
const profile = readLocalProfile();
const temporal = await findProgram(TEMPORAL);
const environment = profile === null ? {} : profileEnvironment(profile);
const isUp = profile !== null && [profile.temporal, profile.store].every((part) => part === null || isRunning(part.process));
const all = { ...process.env };
applyLocalProfile(all);

if (values.export && !isUp) process.stderr.write('ares: the local stack is not running: npm run stack starts it\n');
if (values.json) {
  process.stdout.write(`${JSON.stringify({ up: isUp, environment, temporalCli: temporal?.path ?? null, stateFolder: stateFolder() })}\n`);
} else if (values.export) {
  const path = temporal === null ? [] : [`export PATH=${quoted(dirname(temporal.path))}:"$PATH"`];
  process.stdout.write(`${[...exportLines(environment), ...path].join('\n')}\n`);
} else {
  const cli = temporal === null ? 'not set up yet (npm start does it)' : temporal.path;
  const head = isUp ? addressLines(all) : ['The local stack is not running: npm run stack starts it.'];
  process.stdout.write(`${[...head, `Temporal CLI ${cli}`, `State        ${stateFolder()}`, '', ...exportLines(environment)].join('\n')}\n`);
}
