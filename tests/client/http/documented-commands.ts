/** The named commands of docs/triggers.md, run as they are written there. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneRoot } from '../../support/repository.js';
import { runCommand } from '../../support/stack.js';

const TEXT = await readFile(join(cloneRoot(), 'docs', 'triggers.md'), 'utf8');

/** The text of the code block whose fence says `<language> <name>`, or of the only one of that language. */
export function documentedBlock(language: string, name?: string): string {
  const fence = `\`\`\`${language}${name === undefined ? '' : ` ${name}`}\n`;
  const start = TEXT.indexOf(fence);
  assert.ok(start >= 0, `docs/triggers.md has no block ${fence.trim()}`);
  return TEXT.slice(start + fence.length, TEXT.indexOf('```', start + fence.length));
}

/** What a shell prints when it runs the block with these variables; `change` may put another value where the page has an example's. */
export async function runDocumented(name: string, env: NodeJS.ProcessEnv, change: (text: string) => string = (text) => text): Promise<string> {
  const result = await runCommand('bash', ['-euo', 'pipefail', '-c', change(documentedBlock('sh', name))], { ...process.env, ...env });
  assert.equal(result.code, 0, `${name}: ${result.stderr}`);
  return result.stdout;
}
