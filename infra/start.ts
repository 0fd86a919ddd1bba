/** `npm start`: starts what is missing of the local stack, runs the job, stops what it started (`--keep` leaves it up; `--gpu` sets up CUDA). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startLocalStack } from './local-stack.js';
import type { LocalStack } from './local-stack.js';
import { say } from './progress.js';
import { repositoryRoot } from './repository-root.js';
import { setUp } from './set-up.js';
import { addressLines } from './stack-lines.js';
import { untilSignal } from './until-signal.js';

/** Exit code of a process that Ctrl-C ended, as shells count it. */
const INTERRUPTED = 130;
const INTERRUPT_GRACE_MS = 5000;

const args = process.argv.slice(2);
const keep = args.includes('--keep');

// The set-up and the worker read it.
if (args.includes('--gpu')) process.env['ARES_GPU'] ||= 'cuda';

process.exitCode = await start(args.filter((argument) => argument !== '--keep' && argument !== '--gpu'));

async function start(runArguments: readonly string[]): Promise<number> {
  await setUp();
  const signal = untilSignal();
  const stack = await startLocalStack({ keep });
  if (stack.started.length > 0) say(`started ${stack.started.join(', ')}`);
  for (const line of addressLines({ ...process.env, ...stack.environment })) say(line);
  try {
    return await runJob(runArguments, stack, signal.received);
  } finally {
    if (keep) say('the stack stays up: npm run stack -- --stop ends it');
    await stack.stop({ now: signal.wasReceived() });
  }
}

/** The CLI's exit code. A signal is passed on to it; when a part of the stack died for good, the job ends too. */
async function runJob(runArguments: readonly string[], stack: LocalStack, signal: Promise<string>): Promise<number> {
  const cli = join(repositoryRoot(), 'dist', 'client', 'cli.js');
  const job = spawn(process.execPath, ['--enable-source-maps', cli, 'run', ...runArguments], {
    stdio: 'inherit',
    env: { ...process.env, ...stack.environment },
    detached: false,
  });
  void signal.then((name) => {
    // A terminal sends Ctrl-C to the job as well: it has its time to answer before it is told again.
    setTimeout(() => job.kill('SIGTERM'), name === 'SIGINT' ? INTERRUPT_GRACE_MS : 0).unref();
  });
  const ended = new Promise<number>((resolve, reject) => {
    job.once('error', reject);
    job.once('exit', (code) => resolve(code ?? INTERRUPTED));
  });
  const first = await Promise.race([ended, stack.failed]);
  if (typeof first === 'number') return first;
  say(first);
  job.kill('SIGTERM');
  await ended;
  return 1;
}
