/** A shell in which the commands of the documents are typed as they stand there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../faults/until.js';
import { documentedCommand } from './documented-commands.js';
import { cloneRoot } from './repository.js';
import { productFile, runCommand } from './stack.js';
import type { CommandResult } from './stack.js';

export interface Typing {
  /** What stands in place of words of the document, for example a run's id for `ID`. */
  readonly values?: Readonly<Record<string, string>>;
  /** Exit codes of which one must come; default 0. */
  readonly codes?: readonly number[];
}

/** A command that stays until it is ended. */
export interface Served {
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** Its exit code after SIGTERM. */
  end(): Promise<number | null>;
}

export interface DocumentedShell {
  env: NodeJS.ProcessEnv;
  /** The commands of the documents that were asked for, as they stand there. */
  readonly typed: ReadonlySet<string>;
  /** The documented command that begins like this, with the values in it; it counts as typed. */
  command(begin: string, values?: Typing['values']): Promise<string>;
  /** Runs it to its end: npm in the clone, all else in the shell's folder. Returns stdout, or stderr where a failure was expected. */
  type(begin: string, typing?: Typing): Promise<string>;
  /** Runs a line that is in no document. */
  run(line: string, codes?: readonly number[]): Promise<CommandResult>;
  /** Types lines of which the last one stays, and returns once it says that it serves. */
  serve(lines: readonly string[], ready: RegExp): Promise<Served>;
}

/** A shell with `ares` on its PATH; `folder` is where it types. */
export async function openDocumentedShell(folder: string, env: NodeJS.ProcessEnv): Promise<DocumentedShell> {
  await writeFile(join(folder, 'ares'), `#!/bin/sh\nexec '${process.execPath}' '${productFile('client/cli.js')}' "$@"\n`);
  await chmod(join(folder, 'ares'), 0o755);
  const typed = new Set<string>();
  const shell: DocumentedShell = {
    env: { ...env, PATH: `${folder}:${env['PATH'] ?? ''}` },
    typed,
    command: async (begin, values = {}) => {
      const text = await documentedCommand(begin);
      typed.add(text);
      return withValues(text, values);
    },
    type: async (begin, { values = {}, codes = [0] } = {}) => {
      const { stdout, stderr } = await shell.run(await shell.command(begin, values), codes);
      return codes[0] === 0 ? stdout : stderr;
    },
    run: async (line, codes = [0]) => {
      const where = line.startsWith('npm ') ? cloneRoot() : folder;
      const result = await runCommand('bash', ['-euo', 'pipefail', '-c', `cd '${where}'; ${line}`], shell.env);
      assert.ok(codes.includes(result.code ?? -1), `${line}: expected code ${codes.join(' or ')}, found ${result.code}\n${result.stdout}\n${result.stderr}`);
      return result;
    },
    serve: async (lines, ready) => serve(shell.env, [...lines.slice(0, -1), `exec ${lines.at(-1)}`].join('\n'), ready),
  };
  return shell;
}

function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((changed, [word, value]) => {
    const all = changed.replaceAll(new RegExp(`\\b${word}\\b`, 'g'), () => value);
    assert.notEqual(all, changed, `${text}: has no ${word}`);
    return all;
  }, text);
}

async function serve(env: NodeJS.ProcessEnv, text: string, ready: RegExp): Promise<Served> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', text], { cwd: cloneRoot(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await until(`${text}: ${String(ready)}`, () => {
    assert.equal(child.exitCode, null, `${text}: ${output}`);
    return ready.test(output);
  });
  return {
    ended,
    end: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
