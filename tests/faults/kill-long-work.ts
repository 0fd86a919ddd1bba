/** Kills deep inside long units: the checkpoints in the store keep all but the last interval. */
import type { StepId } from '../../pipeline/steps/index.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { Lane, LoggedEntry } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';

const RUN = 'long';
/** Writes that a unit is let make before it is struck. */
const CHECKPOINTS = 2;
/** Parts that it finishes after the last of them. */
const PARTS_BEYOND = 3;
/** A slow machine works for minutes until the last of them. */
const LIMIT_MS = 600_000;

/** Searches, a network and simulations of many seconds, with the shortest checkpoint interval that a spec may ask for. */
const LONG_SPEC: RunSpecInput = {
  ...FAULT_SPEC,
  simulation: { tradesPerMinute: 6 },
  retentionDays: 10,
  features: 'basic',
  maxTrials: 16,
  folds: 4,
  bootstrapPaths: 4000,
  autoCheckpointMinutes: 0.01,
  families: ['lightgbm', 'linear', 'tcn'],
};

interface Target {
  readonly step: StepId;
  readonly unit: string | null;
  readonly victim: 'worker' | 'child';
  /** Of the child; a worker is killed. */
  readonly signal?: 'SIGSEGV' | 'SIGKILL';
}

const TARGETS: readonly Target[] = [
  // Between two epochs of a network's fit.
  { step: 'analyst-specialist-training', unit: 'POOLED/tcn', victim: 'child', signal: 'SIGSEGV' },
  { step: 'analyst-enhancement', unit: 'POOLED', victim: 'child' },
  { step: 'analyst-enhancement', unit: 'POOLED', victim: 'worker' },
  { step: 'monte-carlo-validation', unit: null, victim: 'child' },
];

export const killLongWorkScenario: FaultScenario = { name: 'kill -9 in long work', faults: TARGETS.length, isShort: false, run: runKillLongWork };

async function runKillLongWork(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(LONG_SPEC);
  const lane = await world.lane();
  let worker = await lane.startWorker();
  await lane.start(RUN, LONG_SPEC);
  const struck: StruckFault[] = [];
  const keys: string[] = [];
  for (const { step, unit, victim, signal = 'SIGKILL' } of TARGETS) {
    const sinceMs = struck.at(-1)?.span.fromMs ?? 0;
    const deep = await deepIn(lane, (entry) => entry.step === step && entry.unit === unit && entry.timeMs > sinceMs);
    const fromMs = Date.now();
    if (victim === 'child') process.kill(deep.pid, signal);
    else {
      await worker.end('SIGKILL');
      worker = await lane.startWorker();
    }
    struck.push({ fault: `${signal} of the ${victim} in long work`, where: `${step} ${unit ?? ''}`, span: { fromMs } });
    keys.push(deep.key);
  }
  await lane.result(RUN);
  const log = await lane.sideLog();
  const judged = struck.map((one, i) => ({
    ...one,
    problems: keptParts(log, keys[i] as string, one.span.fromMs) === 0 ? ['no part came from a checkpoint'] : [],
  }));
  return judgeFaults(lane, reference, judged);
}

/** Waits until a unit has written checkpoints that were not there before; the line that shows it carries the child's process id. */
async function deepIn(lane: Lane, isIt: (entry: LoggedEntry) => boolean): Promise<LoggedEntry> {
  let deep: LoggedEntry | undefined;
  let partsWritten: number | null = null;
  const known = new Set((await lane.store.list('checkpoints/')).map(({ key }) => key));
  const isDeep = async (): Promise<boolean> => {
    const lines = (await lane.sideLog()).filter(isIt);
    const part = lines.findLast(({ event }) => event === 'part');
    if (part === undefined) return false;
    if (lines.some(({ event }) => event === 'done')) throw new Error(`${part.step} ${part.unit ?? ''} was over before it was deep in its work`);
    const written = (await lane.store.list(`checkpoints/${part.key}/`)).filter(({ key }) => !known.has(key));
    const parts = lines.filter(({ event }) => event === 'part').length;
    if (written.length >= CHECKPOINTS) partsWritten ??= parts;
    deep = part;
    return partsWritten !== null && parts >= partsWritten + PARTS_BEYOND;
  };
  await until('a unit is deep in its work', isDeep, LIMIT_MS);
  return deep as LoggedEntry;
}

/** Parts that were done before the fault and not again after it. */
function keptParts(log: readonly LoggedEntry[], key: string, atMs: number): number {
  const parts = log.filter((entry) => entry.key === key && entry.event === 'part');
  const again = new Set(parts.filter(({ timeMs }) => timeMs > atMs).map(({ part }) => part));
  return parts.filter(({ timeMs, part }) => timeMs <= atMs && !again.has(part)).length;
}
