/** `ares doctor`: prerequisites and what each is for. Exit code 0 when nothing is missing, else 1. `--json` for programs. */
import { parseArgs } from 'node:util';
import { checkPrerequisites } from './prerequisites.js';
import type { Prerequisite } from './prerequisites.js';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const prerequisites = await checkPrerequisites();
process.stdout.write(values.json ? `${JSON.stringify({ prerequisites })}\n` : prerequisites.map(lineOf).join(''));
process.exitCode = prerequisites.some((prerequisite) => prerequisite.state === 'missing') ? 1 : 0;

function lineOf({ name, purpose, found, state }: Prerequisite): string {
  return `${state.padEnd(8)}  ${name.padEnd(18)}  ${found}\n${' '.repeat(30)}${purpose}\n`;
}
