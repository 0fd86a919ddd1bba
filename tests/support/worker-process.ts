/** A worker process of a test's own: the product's worker, started directly, so that nothing starts it again when it is killed. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { productFile } from './stack.js';

const READY_MS = 120_000;

export interface WorkerProcess {
  readonly pid: number;
  /** Everything it has written. */
  output(): string;
  hasEnded(): boolean;
  /** Sends a signal; one that is gone is no fault. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal and waits until the process is gone. */
  end(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Its exit code once it has ended; null when a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Starts a worker and returns once it polls. @throws Error with its output when it ends before, or is silent for two minutes */
export async function startWorkerProcess(env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [productFile('worker/index.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the worker was not ready within ${READY_MS / 1000} s: ${text}`));
    }, READY_MS);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += String(chunk);
        if (!text.includes('worker ready')) return;
        clearTimeout(late);
        resolve();
      });
    child.once('error', reject);
    child.once('exit', (code, by) => {
      clearTimeout(late);
      reject(new Error(`the worker ended with ${code ?? by}: ${text}`));
    });
  });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid as number,
    exit: gone,
    output: () => text,
    hasEnded,
    signal: (name) => void child.kill(name),
    end: async (name) => {
      if (hasEnded()) return;
      child.kill(name);
      await gone;
    },
  };
}

/** Process ids of the children of a process that are not zombies, from /proc. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const [state, parent] = statOf(name);
      return parent === pid && state !== 'Z';
    })
    .map(Number);
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  const [state] = statOf(String(pid));
  return state !== '' && state !== 'Z';
}

/** State and parent of a process; an empty state when it is gone. */
function statOf(pid: string): readonly [string, number] {
  try {
    // The command's name stands in brackets and may hold anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [state, Number(parent)];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ['', 0];
    throw error;
  }
}
