/** One command of another program, run to its end. */
import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TAIL_CHARACTERS = 2000;

/** What the command printed and its exit code, whatever the code is. @throws Error when it cannot be started or outlives its time. */
export async function tryCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    child.once('error', (error) => reject(new Error(`could not run ${command}: ${error.message}`, { cause: error })));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const result = { stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
      if (code === null) reject(new Error(`${command} ${args.join(' ')} was ended by ${signal}\n${tail(result.stderr)}`));
      else resolve({ code, ...result });
    });
  });
}

/** What the command printed. @throws Error with the tail of its output when its exit code is not 0. */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await tryCommand(command, args, options);
  if (result.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${result.code}\n${tail(result.stderr + result.stdout)}`);
  return result;
}

/** The last characters of a text, from a line's beginning. */
export function tail(text: string, characters = TAIL_CHARACTERS): string {
  if (text.length <= characters) return text.trimEnd();
  const cut = text.slice(-characters);
  return cut.slice(cut.indexOf('\n') + 1).trimEnd();
}
