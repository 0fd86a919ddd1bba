/** The Temporal worker: one process that serves the queues named in ARES_QUEUES (all of them by default). */
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cancellationSignal } from '@temporalio/activity';
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { makePlanActivities } from '../activities/plan-activities.js';
import { makeSideLog } from '../activities/side-log.js';
import { makeStepActivities, wrapPlanActivities } from '../activities/step-activities.js';
import { makeStepRunner } from '../activities/step-runner.js';
import { makeComputePool } from '../adapters/compute-pool/index.js';
import { connectWorker } from '../adapters/connection/index.js';
import { cacheFolder } from '../adapters/local-paths.js';
import { applyLocalProfile } from '../adapters/local-profile.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { Execution } from '../pipeline/step.js';
import { TASK_QUEUES } from '../pipeline/run-status.js';
import { makeArtifactStore, openStore } from './artifact-store.js';
import { nativeVersions } from './native-versions.js';

const MEBIBYTE = 1024 * 1024;
/** Share of the machine's memory that compute children may use together; the rest is for servers and the worker itself. */
const COMPUTE_MEMORY_SHARE = 0.6;
/** Activities of one worker that may wait for a compute child at the same time. */
const ACTIVITY_SLOTS = 8;

await main();

async function main(): Promise<void> {
  applyLocalProfile(process.env);
  Runtime.install({ shutdownSignals: ['SIGINT', 'SIGTERM'] });
  const cores = availableParallelism();
  const slots = Number(process.env['ARES_COMPUTE_SLOTS'] ?? cores);
  const slotMiB = Math.floor((totalmem() / MEBIBYTE / slots) * COMPUTE_MEMORY_SHARE);
  const objects = openStore(process.env);
  await objects.ensureBucket();
  const store = makeArtifactStore(objects);
  const pool = makeComputePool({
    script: fileURLToPath(new URL('./compute-child.js', import.meta.url)),
    size: slots,
    env: process.env,
    onRecycle: (residentMiB) => console.error(`compute child replaced: it held ${residentMiB} MiB of its ${slotMiB}`),
  });
  const staging = join(cacheFolder(), 'staging');
  await mkdir(staging, { recursive: true });
  const runner = makeStepRunner({
    store,
    compute: pool,
    versions: { code: await codeHashes(), natives: nativeVersions() },
    sideLog: makeSideLog(process.env['ARES_SIDE_LOG']),
    executionFor: (plan) => executionFor(plan, { cores, slots, slotMiB }),
    stagingFolder: async () => mkdtemp(join(staging, `${process.pid}-`)),
  });
  const planActivities = makePlanActivities({
    store,
    compute: pool,
    runner,
    gpuAvailable: process.env['ARES_GPU'] === '1',
    signal: cancellationSignal,
  });
  const activities = { ...makeStepActivities(runner), ...wrapPlanActivities(planActivities) };
  const { connection, namespace } = await connectWorker(process.env);
  try {
    const workers = await makeWorkers({ connection, namespace }, activities);
    console.error(`worker ready: queues ${workers.map((worker) => worker.options.taskQueue).join(', ')}; ${slots} compute children of ${slotMiB} MiB`);
    await Promise.all(workers.map(async (worker) => worker.run()));
  } finally {
    await pool.close();
    await connection.close();
  }
}

async function makeWorkers(server: { connection: NativeConnection; namespace: string }, activities: object): Promise<Worker[]> {
  const queues = (process.env['ARES_QUEUES'] ?? Object.values(TASK_QUEUES).join(',')).split(',');
  const shared = { ...server, shutdownGraceTime: '5s' } satisfies Partial<WorkerOptions>;
  return Promise.all(
    queues.map(async (taskQueue) => {
      if (taskQueue === TASK_QUEUES.workflow) return Worker.create({ ...shared, taskQueue, workflowBundle: await workflowBundle() });
      return Worker.create({
        ...shared,
        taskQueue,
        activities,
        maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
        maxHeartbeatThrottleInterval: '2s',
        defaultHeartbeatThrottleInterval: '2s',
      });
    }),
  );
}

async function workflowBundle(): Promise<{ code: string }> {
  const { code } = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)) });
  return { code };
}

async function codeHashes(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(new URL('../code-hashes.json', import.meta.url), 'utf8')) as Record<string, string>;
}

function executionFor(plan: RunPlan, machine: { cores: number; slots: number; slotMiB: number }): Execution {
  const files = [...plan.source.files, ...plan.source.fundingFiles];
  const shared = plan.settings.parallel ? Math.floor(machine.cores / machine.slots) : machine.cores;
  return {
    threads: plan.spec.threads ?? Math.max(1, shared),
    chunkRows: plan.settings.chunkRows,
    segmentDays: plan.settings.segmentDays,
    memoryLimitMiB: Math.floor(machine.slotMiB * plan.settings.memoryThreshold),
    featureCache: plan.settings.featureCache,
    filePaths: Object.fromEntries(files.map((file) => [file.sha256, file.path])),
  };
}
