/** `ares profile ID`: what each step of a run cost, the dearest first. */
import type { Command } from 'commander';
import { applyLocalProfile } from '../../adapters/local-profile.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import { profilePrefix, rankSteps } from '../../pipeline/task-profile.js';
import type { StepCost, TaskProfile } from '../../pipeline/task-profile.js';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import { durationText, textTable } from '../text-table.js';

const MEBIBYTE = 1024 * 1024;
const SHOWN_FUNCTIONS = 10;
const RIGHT_ALIGNED = [1, 2, 3, 4, 5, 6, 7, 8];

/** Adds the command; `done` takes its exit code. */
export function addProfileCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  program
    .command('profile <workflow-id>')
    .description('CPU, memory and I/O of each step that the run computed, the bottleneck first')
    .option('--json', 'print one JSON object')
    .action(async (workflowId: string, options: { readonly json?: boolean }) => {
      const profiles = await readProfiles(world, workflowId);
      const steps = rankSteps(profiles);
      if (options.json === true) printJson(world, { workflowId, steps, tasks: profiles });
      else world.out(profileText(steps, profiles));
      done(EXIT_CODES.done);
    });
}

async function readProfiles(world: CommandWorld, workflowId: string): Promise<TaskProfile[]> {
  applyLocalProfile(world.env);
  const url = world.env['ARES_STORE'];
  if (!url) throw new CommandFailure(EXIT_CODES.badInput, 'expected ARES_STORE to name the store, for example s3://ares/default');
  const store = openObjectStore({ url, env: world.env });
  try {
    const objects = await store.list(profilePrefix(workflowId));
    const profiles = (await Promise.all(objects.map(async ({ key }) => store.readJson(key)))) as (TaskProfile | null)[];
    const found = profiles.filter((profile) => profile !== null);
    if (found.length === 0)
      throw new CommandFailure(EXIT_CODES.badInput, `no profile of a run ${workflowId} lies in ${url}: no such run, or every step came from the cache`);
    return found;
  } finally {
    store.close();
  }
}

function profileText(steps: readonly StepCost[], profiles: readonly TaskProfile[]): string {
  const rows = steps.map((step) => [
    step.step,
    `${(100 * step.share).toFixed(1)} %`,
    durationText(step.cpuSeconds),
    durationText(step.wallSeconds),
    String(step.tasks),
    `${step.peakResidentMiB} MiB`,
    mebibytes(step.readBytes),
    mebibytes(step.writtenBytes),
    step.rowsPerSecond === 0 ? '' : Math.round(step.rowsPerSecond).toLocaleString('en'),
    step.dearestUnit ?? '',
  ]);
  const header = ['step', 'of the CPU', 'CPU', 'wall', 'tasks', 'peak memory', 'read', 'written', 'rows/s', 'dearest unit'];
  const bottleneck = steps[0] === undefined ? '' : `\nbottleneck: ${steps[0].step}${inFunction(steps[0])}\n`;
  return `${textTable(header, rows, RIGHT_ALIGNED)}${bottleneck}${functionText(steps[0]?.step, profiles)}`;
}

function inFunction(step: StepCost): string {
  return step.dearestFunction === null ? '' : `, most of it in ${step.dearestFunction}`;
}

/** The functions of the dearest task of the dearest step, where they were sampled. */
function functionText(step: string | undefined, profiles: readonly TaskProfile[]): string {
  const cpu = (task: TaskProfile): number => task.cpuUserSeconds + task.cpuSystemSeconds;
  const functions = profiles.filter((task) => task.step === step).sort((a, b) => cpu(b) - cpu(a))[0]?.functions;
  if (functions === undefined) return 'functions are sampled by workers that run with ARES_PROFILE=cpu\n';
  const rows = functions.slice(0, SHOWN_FUNCTIONS).map((cost) => [`${(100 * cost.share).toFixed(1)} %`, durationText(cost.selfSeconds), cost.name, cost.place]);
  return `\n${textTable(['share', 'self', 'function', 'place'], rows, [0, 1])}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
