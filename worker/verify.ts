/** `ares verify RUN`: hashes a run's objects (--quick), and computes it again into a scratch prefix that is removed afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeSideLog } from '../activities/side-log.js';
import { makeStepRunner } from '../activities/step-runner.js';
import { makeComputePool } from '../adapters/compute-pool/index.js';
import { applyLocalProfile } from '../adapters/local-profile.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { concludeVerification, verificationText } from '../pipeline/verification.js';
import type { StepVerdict, Verification } from '../pipeline/verification.js';
import { makeArtifactStore, openStore } from './artifact-store.js';
import { readCodeHashes } from './build-info.js';
import { executionFor, thisMachine } from './execution.js';
import { nativeVersions } from './native-versions.js';
import { recomputeRun } from './recompute-run.js';
import { readRunManifests, readRunRecord } from './run-record.js';
import { checkObjects, checkSources } from './stored-objects.js';

const FAILED = 1;
const WRONG_COMMAND_LINE = 2;

const USAGE = `Usage: ares verify RUN [--quick] [--keep] [--json]

Hashes every object of a recorded run in the store; then, unless --quick, computes the run again from its recorded plan into
a scratch prefix, compares every artifact's hash and explains the first difference.

  --quick   hash the stored objects only
  --keep    keep the recomputed artifacts
  --json    one JSON object

Nothing outside the scratch prefix is written: no registry entry, no opening of a test segment, no tracker. Exit codes:
0 identical, 1 different or failed, 2 wrong command line.`;

interface Asked {
  readonly run: string;
  readonly quick: boolean;
  readonly keep: boolean;
  readonly json: boolean;
}

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const asked = readArguments(args);
  if (asked === null) return;
  applyLocalProfile(process.env);
  const store = openStore(process.env);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  try {
    const verification = await verify(store, asked, stop.signal);
    console.log(asked.json ? JSON.stringify(verification) : verificationText(verification).trimEnd());
    if (!verification.identical) process.exitCode = FAILED;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(`ares verify: ${name}: ${message}`);
    process.exitCode = FAILED;
  } finally {
    store.close();
  }
}

async function verify(store: ObjectStore, asked: Asked, signal: AbortSignal): Promise<Verification> {
  const run = await readRunRecord(store, asked.run);
  const manifests = await readRunManifests(store, run);
  const objects = await checkObjects(store, [...manifests.values()], (done, of) => {
    if (done === of) console.error(`${of} objects hashed`);
  });
  const about = { run: asked.run, objects: objects.objects, damaged: objects.damaged };
  if (asked.quick) return concludeVerification({ ...about, mode: 'quick', sources: [], steps: [], scratch: null });
  const sources = await checkSources(run.status.plan);
  const scratchUrl = `${store.url}/verify/${run.workflowId}/${process.pid}-${Date.now()}`;
  const scratch = openStore({ ...process.env, ARES_STORE: scratchUrl });
  try {
    const steps = await withRunner(scratch, scratchUrl, async (runner) =>
      recomputeRun({ run, manifests, scratch, runner, signal, damaged: objects.found, onStep: printStep }),
    );
    return concludeVerification({ ...about, mode: 'recompute', sources, steps, scratch: asked.keep ? scratchUrl : null });
  } finally {
    if (!asked.keep) await removeAll(scratch);
    scratch.close();
  }
}

/** A runner as the worker has one, over the scratch store in this process and in its compute children. */
async function withRunner<T>(scratch: ObjectStore, url: string, work: (runner: ReturnType<typeof makeStepRunner>) => Promise<T>): Promise<T> {
  const machine = thisMachine(process.env);
  const { ARES_SIDE_LOG: _sideLog, ...env } = process.env;
  const pool = makeComputePool({
    script: fileURLToPath(new URL('./compute-child.js', import.meta.url)),
    size: machine.slots,
    env: { ...env, ARES_STORE: url, ARES_VERIFYING: '1' },
    onRecycle: () => undefined,
  });
  const staging = await mkdtemp(join(tmpdir(), 'ares-verify-'));
  try {
    const runner = makeStepRunner({
      store: makeArtifactStore(scratch),
      compute: pool,
      versions: { code: await readCodeHashes(), natives: nativeVersions() },
      sideLog: makeSideLog(undefined),
      executionFor: (plan) => executionFor(plan, machine),
      stagingFolder: async () => mkdtemp(join(staging, 'task-')),
    });
    return await work(runner);
  } finally {
    await pool.close();
    await rm(staging, { recursive: true, force: true });
  }
}

async function removeAll(scratch: ObjectStore): Promise<void> {
  for (const { key } of await scratch.list('')) await scratch.remove(key);
}

function printStep({ step, verdict, seconds, follows }: StepVerdict): void {
  console.error(`${step}: ${verdict}${follows === null ? '' : ` from ${follows}`}${seconds === null ? '' : ` (${seconds} s)`}`);
}

function readArguments(args: readonly string[]): Asked | null {
  const flag = { type: 'boolean' } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { quick: flag, keep: flag, json: flag, help: flag } });
    if (values.help === true) {
      console.log(USAGE);
      return null;
    }
    const [run, ...rest] = positionals;
    if (run === undefined || rest.length > 0) throw new TypeError(`expected one RUN, found ${positionals.length}`);
    return { run, quick: values.quick ?? false, keep: values.keep ?? false, json: values.json ?? false };
  } catch (error) {
    console.error(`ares verify: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = WRONG_COMMAND_LINE;
    return null;
  }
}
