/** The commands that the documents give: lines of shell blocks, and commands in backticks. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneFiles, cloneRoot } from './repository.js';

/** What people of these documents type, in blocks and in sentences. */
const PROGRAM = /^(?:ares|temporal|npm|npx|curl|docker|kubectl|aws|eval) /;
/** What stands in blocks alone: other programs and variables. */
const IN_BLOCKS = /^(?:cd|cp|node|export) |^[A-Z_]+=\S/;

export interface DocumentedCommand {
  readonly page: string;
  /** Without the comment behind it. */
  readonly text: string;
  /** `block` = a line of a shell block (the whole block where its fence has a name), `inline` = in backticks in a sentence or a table. */
  readonly kind: 'block' | 'inline';
  /** The second word of the fence, null without one. */
  readonly block: string | null;
}

/** Every command of README.md, CONTRIBUTING.md and docs/*.md, in their order. Decisions and the change log tell of the past. */
export async function documentedCommands(): Promise<readonly DocumentedCommand[]> {
  const pages = (await cloneFiles()).filter((path) => /^(README|CONTRIBUTING|docs\/[^/]+)\.md$/.test(path));
  const found = await Promise.all(pages.map(async (page) => commandsOf(page, await readFile(join(cloneRoot(), page), 'utf8'))));
  return found.flat();
}

/** The text of the one command that is, or else begins with, this. @throws AssertionError when there is none, or are different ones */
export async function documentedCommand(begin: string): Promise<string> {
  const texts = new Set((await documentedCommands()).map(({ text }) => text));
  if (texts.has(begin)) return begin;
  const [found, ...others] = [...texts].filter((text) => text.startsWith(begin));
  assert.ok(found !== undefined, `no document has the command ${begin}`);
  assert.deepEqual(others, [], `the documents have several commands that begin with ${begin}`);
  return found;
}

/** The commands of a page. @throws AssertionError on a block without a language that is neither commands nor JSON */
export function commandsOf(page: string, markdown: string): readonly DocumentedCommand[] {
  // Every second part lies between fences.
  return markdown.split(/^```/m).flatMap((part, i) => (i % 2 === 0 ? inlineCommands(page, part) : blockCommands(page, part)));
}

function inlineCommands(page: string, prose: string): readonly DocumentedCommand[] {
  const texts = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).filter((text) => PROGRAM.test(text));
  return texts.map((text) => ({ page, text, kind: 'inline', block: null }));
}

function blockCommands(page: string, fenced: string): readonly DocumentedCommand[] {
  const [fence = '', ...body] = fenced.split('\n');
  const [language = '', block = null] = fence.split(' ');
  if (!isShell(page, language, body)) return [];
  const texts = block === null ? commandLines(body) : [body.join('\n').trim()];
  return texts.map((text) => ({ page, text, kind: 'block', block }));
}

function isShell(page: string, language: string, body: readonly string[]): boolean {
  if (language !== '') return ['sh', 'bash', 'shell', 'console'].includes(language);
  const first = body[0] ?? '';
  if (first.startsWith('{')) return false;
  assert.ok(PROGRAM.test(first) || IN_BLOCKS.test(first) || first.startsWith('$ '), `${page}: expected a block of commands or JSON, found ${first}`);
  return true;
}

/** Where a line begins with a prompt, those without one are what is printed. */
function commandLines(body: readonly string[]): readonly string[] {
  const lines = joined(body).map((line) => line.replace(/\s{2,}#.*$/, '').trim());
  const typed = lines.filter((line) => line.startsWith('$ '));
  return typed.length > 0 ? typed.map((line) => line.slice(2)) : lines.filter((line) => line !== '');
}

/** Lines that go on behind a backslash or inside single quotes, put together. */
function joined(body: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const line of body) {
    const before = lines.at(-1);
    if (before === undefined || !isOpen(before)) lines.push(line);
    else lines[lines.length - 1] = `${before}\n${line}`;
  }
  return lines;
}

function isOpen(line: string): boolean {
  // Apostrophes inside double quotes open nothing.
  const quotes = line.replace(/'[^']*'|"[^"]*"/g, '').match(/'/g)?.length ?? 0;
  return line.endsWith('\\') || quotes % 2 === 1;
}

/** Where a command is executed, or checked, that tests/acceptance/documented-commands.test.ts does not type itself. */
export interface Elsewhere {
  readonly page?: string;
  /** Of a block with this name alone. */
  readonly block?: string;
  readonly command: RegExp;
  /** The file, and what it must hold. */
  readonly file: string;
  readonly holds: string;
  /** Why nothing here executes it; null where the file does. */
  readonly notRun: string | null;
}

const NO_ENGINE = 'no container engine and no cluster here: the files are checked against the schemas of their tools';
const DEPLOYMENT_FILES = 'tests/infra/deployment-files.test.ts';

/** Of several that fit a command, the first counts. */
export const ELSEWHERE: readonly Elsewhere[] = [
  { command: /^npm test$/, file: '.ci/run', holds: 'exec npm test', notRun: null },
  { command: /^npm run check$/, file: 'infra/test.ts', holds: "runToEnd('npm', ['run', '--silent', 'check']", notRun: null },
  {
    command: /^npm test -- /,
    file: 'infra/test.ts',
    holds: 'file.includes(part)',
    notRun: 'every test file runs in npm test; the test checks that the part fits one',
  },
  {
    command: /^npm start -- --source files /,
    file: 'tests/acceptance/real-sample.test.ts',
    holds: "documentedCommand('npm start -- --source files ')",
    notRun: null,
  },
  {
    page: 'docs/models.md',
    command: /^npm start -- --(?:preset dev --models all|families )/,
    file: 'tests/activities/specialist-families.test.ts',
    holds: 'families',
    notRun: 'many minutes of training; the same families are trained there by the functions of the steps',
  },
  {
    page: 'docs/sources.md',
    command: /^ares (?:bars|simulate) /,
    file: 'tests/worker/bars-command.test.ts',
    holds: "commandsOf('docs/sources.md'",
    notRun: null,
  },
  { command: /^ares compress /, file: 'tests/worker/compress-command.test.ts', holds: "documentedCommand('ares compress --bundle", notRun: null },
  {
    command: /^npm start -- --gpu$/,
    file: 'infra/start.ts',
    holds: "args.includes('--gpu')",
    notRun: 'downloads 3 GB of CUDA libraries for a GPU that is not here',
  },
  { command: /^npm run test:faults/, file: 'tests/faults/short.test.ts', holds: 'FAULT_SCENARIOS', notRun: 'half an hour; its short form runs here' },
  { command: /^npm run test:node24$/, file: 'infra/test-on-newest-node.ts', holds: 'NEWEST_NODE', notRun: 'the whole suite once more, on another Node' },
  { command: /^npm run bench -- /, file: 'bench/index.ts', holds: 'pipeline: pipelineBench', notRun: 'minutes of measuring; run by hand' },
  {
    page: 'docs/schedules-and-notifications.md',
    command: /^(?:ares|temporal) schedule \w+/,
    file: 'tests/client/schedules.test.ts',
    holds: "'schedules-and-notifications.md'",
    notRun: null,
  },
  ...['start', 'result', 'watch', 'operate'].map((block) => namedBlock(block, 'tests/acceptance/http-trigger.test.ts', `runDocumented('${block}'`)),
  ...['start', 'query', 'result', 'describe', 'retry', 'cancel'].map((name) =>
    namedBlock(`temporal-${name}`, 'tests/acceptance/temporal-http.test.ts', `'temporal-${name}'`),
  ),
  { command: /^docker build /, file: DEPLOYMENT_FILES, holds: 'builds from', notRun: NO_ENGINE },
  {
    page: 'docs/deployment.md',
    command: /^docker compose |^cd infra\/compose$|^cp env\.example \.env$/,
    file: DEPLOYMENT_FILES,
    holds: 'compose',
    notRun: NO_ENGINE,
  },
  { command: /^kubectl /, file: DEPLOYMENT_FILES, holds: 'kubernetes', notRun: NO_ENGINE },
];

function namedBlock(block: string, file: string, holds: string): Elsewhere {
  return { page: 'docs/triggers.md', block, command: /./, file, holds, notRun: null };
}

/** The row that fits a command, or undefined. */
export function elsewhere({ page, text, block }: DocumentedCommand): Elsewhere | undefined {
  return ELSEWHERE.find((row) => (row.page ?? page) === page && (row.block ?? block) === block && row.command.test(text));
}
