/** A local stack of a bench's own, started by the product's own command, in a folder that goes with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BenchStack {
  readonly pid: number;
  readonly folder: string;
  /** Stdout of an `ares` command. @throws Error when it fails */
  ares(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A stack with these variables beside the process's own, up and answering. */
export async function startBenchStack(variables: NodeJS.ProcessEnv = {}): Promise<BenchStack> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-bench-'));
  const env = { ...process.env, ARES_STATE: join(folder, 'state'), ARES_CACHE_DIR: join(folder, 'cache'), ...variables };
  const stack = spawn(process.execPath, [script('infra/stack.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(stack, 'exit');
  await Promise.race([
    once(stack.stdout, 'data'),
    ended.then(() => {
      throw new Error(`the stack ended with ${stack.exitCode}`);
    }),
  ]);
  return {
    ...{ folder, pid: stack.pid as number },
    ares: async (...args) => runAres(args, env),
    stop: async () => {
      stack.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function runAres(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [script('client/cli.js'), ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`ares ${args[0]} ended with ${code}: ${output}`);
  return output;
}

function script(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
