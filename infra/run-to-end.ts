/** One command in this terminal, to its end. */
import { spawn } from 'node:child_process';

/** The command's exit code; 1 when a signal ended it. Its output goes where ours goes. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...(options.cwd === undefined ? {} : { cwd: options.cwd }), env: options.env ?? process.env });
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
