/** Objects that rot or vanish between two steps, in the store and in the local cache. */
import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type { StepId } from '../../pipeline/steps/index.js';
import type { Lane } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { beforeStep, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';

interface Damage {
  readonly what: string;
  /** The step that reads what was damaged. */
  readonly before: StepId;
  readonly writer: StepId;
  readonly artifact: string;
  /** The run's failure, or null where it must go on unharmed. */
  readonly failure: string | null;
  readonly strike: (files: Files) => Promise<void>;
  /** What the operator does before starting again. */
  readonly mend: (files: Files) => Promise<void>;
}

interface Files {
  readonly object: string;
  readonly manifest: string;
  /** Folder of the worker's local copies. */
  readonly cache: string;
}

const nothing = async (): Promise<void> => undefined;

const DAMAGES: readonly Damage[] = [
  {
    what: 'object deleted',
    before: 'regime-data-splitting',
    writer: 'market-regime-classification',
    artifact: 'regimes',
    failure: 'MissingArtifact',
    strike: async ({ object }) => rm(object),
    mend: nothing,
  },
  {
    what: 'object damaged, local copies gone',
    before: 'analyst-specialist-training',
    writer: 'analyst-labeling-feature-engineering',
    artifact: 'labels',
    failure: 'IntegrityError',
    strike: async ({ object, cache }) => {
      await flipByte(object);
      await rm(cache, { recursive: true });
    },
    mend: async ({ object }) => rm(object),
  },
  {
    what: 'local copies damaged',
    before: 'tactician-labeling',
    writer: 'analyst-ensemble-creation',
    artifact: 'signals',
    failure: null,
    strike: async ({ cache }) => {
      for (const name of await readdir(cache, { recursive: true, withFileTypes: true })) if (name.isFile()) await breakLink(join(name.parentPath, name.name));
    },
    mend: nothing,
  },
  {
    what: 'manifest cut short',
    before: 'tactician-ensemble-creation',
    writer: 'tactician-labeling',
    artifact: 'labels',
    failure: 'IntegrityError',
    strike: async ({ manifest }) => truncate(manifest, 100),
    mend: async ({ manifest }) => rm(manifest),
  },
];

/** One run struck by each in turn, started again where it fails. */
export const damagedStoreScenario: FaultScenario = { name: 'damaged store', faults: DAMAGES.length, isShort: false, run: runDamagedStore };

async function runDamagedStore(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await lane.startWorker();
  const struck: StruckFault[] = [];
  let run = 0;
  await lane.start(`damaged-${run}`, FAULT_SPEC);
  for (const { what, before, writer, artifact, failure, strike, mend } of DAMAGES) {
    let files: Files | null = null;
    await beforeStep(lane, before, async () => {
      const manifest = await lane.store.readManifest(writer, keyOf(reference, writer));
      const sha256 = manifest?.artifacts.find(({ name }) => name === artifact)?.sha256;
      const store = join(world.s3.folder, new URL(lane.store.url).host, new URL(lane.store.url).pathname);
      files = {
        object: join(store, 'objects', `${sha256}`),
        manifest: join(store, 'manifests', writer, `${keyOf(reference, writer)}.json`),
        cache: join(lane.folder, 'cache', 'artifacts'),
      };
      await strike(files);
    });
    const fromMs = Date.now();
    const problems: string[] = [];
    if (failure !== null) {
      letAllPass(lane);
      const found = await failureOf(lane, `damaged-${run}`);
      if (found !== failure) problems.push(`the run failed with ${found} instead of ${failure}`);
      await mend(files as unknown as Files);
      run += 1;
      await lane.start(`damaged-${run}`, FAULT_SPEC);
    }
    await until(`${before} is done`, async () => (await lane.status(`damaged-${run}`)).steps.find(({ id }) => id === before)?.state === 'done');
    // What is damaged must be computed again: that is no needless work.
    struck.push({ fault: what, where: `${writer}, read by ${before}`, span: failure === null ? { fromMs } : { fromMs, overMs: Date.now() }, problems });
  }
  letAllPass(lane);
  await lane.result(`damaged-${run}`);
  return judgeFaults(lane, reference, struck);
}

async function failureOf(lane: Lane, workflowId: string): Promise<string> {
  try {
    await lane.result(workflowId);
    return 'nothing';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return (error.cause as ApplicationFailure).type ?? '';
  }
}

/** Another byte in the middle, the size unchanged. */
async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
  await writeFile(path, bytes);
}

/** Copies may be hard links of staged files: the damaged one is a file of its own. */
async function breakLink(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  await rm(path);
  await writeFile(path, bytes);
}
