/** Measures one task of this process: CPU, memory, input and output, event-loop lag, and on demand a V8 CPU profile. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import type { TaskCost } from '../../pipeline/task-profile.js';
import { functionCosts } from './function-costs.js';
import { watchEventLoop } from './event-loop-lag.js';

const MICROSECONDS = 1e-6;
const KIBIBYTES_PER_MIB = 1024;
const SAMPLING_MICROSECONDS = 1000;

export interface MeasuredTask {
  /** Ends the measurement. */
  end(): Promise<TaskCost>;
}

/** Starts to measure; one task a process at a time. @param withFunctions also samples which functions take the time */
export async function measureTask(withFunctions: boolean): Promise<MeasuredTask> {
  forgetPeakMemory();
  const sampler = withFunctions ? await startSampling() : null;
  const lag = watchEventLoop();
  const [startMs, start, cpu, io] = [Date.now(), performance.now(), process.cpuUsage(), readIo()];
  return {
    end: async () => {
      const wallSeconds = (performance.now() - start) / 1000;
      const used = process.cpuUsage(cpu);
      const now = readIo();
      const eventLoopLagMs = lag.read();
      lag.stop();
      const functions = await sampler?.();
      return {
        pid: process.pid,
        startMs,
        wallSeconds,
        cpuUserSeconds: used.user * MICROSECONDS,
        cpuSystemSeconds: used.system * MICROSECONDS,
        peakResidentMiB: peakResidentMiB(),
        readBytes: now.rchar - io.rchar,
        writtenBytes: now.wchar - io.wchar,
        diskReadBytes: now.read_bytes - io.read_bytes,
        diskWrittenBytes: now.write_bytes - io.write_bytes,
        eventLoopLagMs,
        ...(functions === undefined ? {} : { functions }),
      };
    },
  };
}

/** The kernel's peak begins again at the present size. */
function forgetPeakMemory(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

function peakResidentMiB(): number {
  const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
  if (match === null) throw new Error('Invariant: /proc/self/status has no VmHWM');
  return Math.round(Number(match[1]) / KIBIBYTES_PER_MIB);
}

type IoField = 'rchar' | 'wchar' | 'read_bytes' | 'write_bytes';

function readIo(): Record<IoField, number> {
  const lines = readFileSync('/proc/self/io', 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.split(': ')[0], Number(line.split(': ')[1])])) as Record<IoField, number>;
}

async function startSampling(): Promise<() => Promise<NonNullable<TaskCost['functions']>>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return functionCosts(profile);
  };
}
