/** A long-running child in a process group of its own, its output in a log file, ended with its parent unless it is to be kept. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from '../adapters/local-profile.js';
import { isRunning, processIdentity } from './process-identity.js';
import { tail } from './run-command.js';

export interface ChildCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logPath: string;
  /** True: it outlives this process. */
  readonly keep: boolean;
}

export interface RunningChild {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly logPath: string;
  /** Settles when it ends, with the reason in words. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  /** Asks it to end, kills its whole group after the grace time. */
  stop(graceMs?: number): Promise<void>;
}

const GRACE_MS = 20_000;
const POLL_MS = 50;

/**
 * Ends a child and its group when the pipe to its parent closes: also after kill -9 of the parent. Argument: the child.
 * The child gets SIGTERM first, and ten seconds to finish what it is about.
 */
const GUARD_SCRIPT = [
  'trap "" INT TERM HUP',
  'cat > /dev/null',
  'kill -TERM "$1" 2> /dev/null',
  'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" 2> /dev/null || break; done',
  'kill -KILL -- "-$1" 2> /dev/null',
].join('\n');

/** A log beyond this size is put aside when its program is started again. */
const LOG_LIMIT_BYTES = 20 * 2 ** 20;

/** Starts the command. @throws Error when the program cannot be run. */
export async function startChild(command: ChildCommand): Promise<RunningChild> {
  if (existsSync(command.logPath) && statSync(command.logPath).size > LOG_LIMIT_BYTES) renameSync(command.logPath, `${command.logPath}.old`);
  const log = openSync(command.logPath, 'a');
  const child = spawn(command.command, command.args, { env: { ...command.env }, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`could not start ${command.name} (${command.command}): ${error.message}`, { cause: error })));
  });
  const pid = Number(child.pid);
  const identity = processIdentity(pid) ?? { pid, startTicks: 'ended' };
  const guard = command.keep ? null : startGuard(pid);
  if (command.keep) child.unref();
  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, by) => {
      isOver = true;
      guard?.kill('SIGKILL');
      resolve(by === null ? `ended with code ${code}` : `was ended by ${by}`);
    });
  });
  return {
    name: command.name,
    identity,
    logPath: command.logPath,
    ended,
    hasEnded: () => isOver,
    stop: (graceMs = GRACE_MS) => stopProcess(identity, graceMs),
  };
}

/**
 * Ends a child that this or another process started, with all that it started itself; returns when they are gone. The child alone is
 * asked: it ends its own children in order.
 */
export async function stopProcess(identity: ProcessIdentity, graceMs = GRACE_MS): Promise<void> {
  if (!isRunning(identity)) return;
  signal(identity.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(identity) && Date.now() < deadline) await sleep(POLL_MS);
  signal(-identity.pid, 'SIGKILL');
  while (isRunning(identity)) await sleep(POLL_MS);
}

/** The last lines of a child's log, for an error message. */
export function logTail(logPath: string): string {
  return `--- end of ${logPath}\n${tail(readFileSync(logPath, 'utf8'))}\n---`;
}

/** Signals a process, or a group by its negative id; one that is gone is no fault. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startGuard(group: number): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'ares-guard', String(group)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return guard;
}
