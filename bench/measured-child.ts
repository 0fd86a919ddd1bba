/** A child process that prints one JSON line, with its peak of memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watchMemory } from './process-memory.js';

/** The parsed line and the peak of the child and its descendants. @throws Error when the child fails */
export async function runMeasured(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly line: unknown; readonly peakMiB: number }> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const memory = watchMemory(child.pid as number);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const { peakMiB } = await memory.stop();
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}`);
  return { line: JSON.parse(output), peakMiB };
}

/** The middle value; of an even number the lower of the two. */
export function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
