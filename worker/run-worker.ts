/** Puts a worker together and runs it until it has drained. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cancellationSignal } from '@temporalio/activity';
import type { PlanActivities } from '../activities/plan-activities.js';
import { makePlanActivities } from '../activities/plan-activities.js';
import { makeSideLog } from '../activities/side-log.js';
import { makeStepActivities, wrapPlanActivities } from '../activities/step-activities.js';
import { makeStepRunner } from '../activities/step-runner.js';
import { makeComputePool } from '../adapters/compute-pool/index.js';
import type { ComputePool } from '../adapters/compute-pool/index.js';
import { connectWorker } from '../adapters/connection/index.js';
import type { WorkerConnection } from '../adapters/connection/index.js';
import { cacheFolder } from '../adapters/local-paths.js';
import { makeNotificationChannels, readNotificationSettings } from '../adapters/notification/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { makeMetrics, makeTracing, startMetricsServer } from '../adapters/telemetry/index.js';
import type { Log, Metrics, MetricsServer, Tracing } from '../adapters/telemetry/index.js';
import { observeActivities } from './activity-interceptor.js';
import { makeArtifactStore, openStore } from './artifact-store.js';
import { readBuildInfo, readCodeHashes } from './build-info.js';
import { deploymentVersion } from './deployment-version.js';
import { makeDrainFlag } from './drain-flag.js';
import type { DrainFlag } from './drain-flag.js';
import { executionFor, thisMachine } from './execution.js';
import type { Machine } from './execution.js';
import { installRuntime } from './install-runtime.js';
import { nativeVersions } from './native-versions.js';
import { makeNotifyActivities } from './notify-activities.js';
import { observeCompute } from './observe-compute.js';
import type { ObservedCompute } from './observe-compute.js';
import { observeRunner } from './observe-runner.js';
import { observeStore } from './observe-store.js';
import { makeProducer } from './producer.js';
import { unreadyReasons } from './readiness.js';
import { watchGauges } from './refresh-gauges.js';
import { runUntilDrained } from './run-until-drained.js';
import { checkSearchAttributes } from './server-checks.js';
import { makeStagingFolder, sweepStagingFolders } from './staging-folder.js';
import { makeTemporalLogger } from './temporal-logger.js';
import { makeTemporalWorkers } from './temporal-workers.js';
import { readWorkerSettings } from './worker-settings.js';
import type { WorkerSettings } from './worker-settings.js';
import { workflowBundle } from './workflow-bundle.js';

interface Telemetry {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** Runs the worker of an environment. @throws when a setting is wrong, a server is not as it must be, or a worker dies */
export async function runWorker(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const settings = readWorkerSettings(env);
  const notifications = readNotificationSettings(env);
  const telemetry: Telemetry = { log, metrics: makeMetrics(), tracing: makeTracing(env, 'ares-worker') };
  const temporalMetrics = await installRuntime(log, settings.metricsAddress !== null);
  const machine = thisMachine(env);
  const objects = openStore(env);
  await objects.ensureBucket();
  const drainFlag = await makeDrainFlag(await stagingFolder());
  const pool = openPool({ ...env, ...drainFlag.environment }, { ...machine, stallLimitMs: settings.stallLimitMs }, telemetry);
  const server = await connectWorker(env);
  try {
    await checkSearchAttributes(server.connection, server.namespace);
    const compute = observeCompute(pool, {
      ...telemetry,
      saveProfile: async (key, profile) => objects.putJson(key, profile),
    });
    const channels = makeNotificationChannels(notifications, async (uri) => objects.getBytes({ uri, sha256: sha256Of(uri) }));
    const activities = {
      ...(await stepAndPlanActivities({ settings, objects, compute, machine, telemetry, notifies: channels.length > 0 })),
      ...makeNotifyActivities(channels),
    };
    await serve({ settings, server, drainFlag, pool, compute, objects, activities, telemetry, temporalMetrics, machine });
  } finally {
    await pool.close();
    await drainFlag.remove();
    await telemetry.tracing.shutdown();
    await server.connection.close();
    objects.close();
  }
}

async function stagingFolder(): Promise<string> {
  const folder = join(cacheFolder(), 'staging');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Objects are named by their hash. */
function sha256Of(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

function openPool(
  env: NodeJS.ProcessEnv,
  { slots, slotMiB, stallLimitMs }: Machine & Pick<WorkerSettings, 'stallLimitMs'>,
  { log, metrics }: Telemetry,
): ComputePool {
  return makeComputePool({
    script: fileURLToPath(new URL('./compute-child.js', import.meta.url)),
    size: slots,
    env,
    ...(stallLimitMs === null ? {} : { stallLimitMs }),
    onRecycle: (residentMiB) => log.info({ residentMiB, slotMiB }, 'compute child replaced: it held too much memory'),
    onEnd: (reason) => metrics.childrenEnded.inc({ reason }),
  });
}

interface ActivityParts {
  readonly settings: WorkerSettings;
  readonly objects: ObjectStore;
  readonly compute: ObservedCompute;
  readonly machine: Machine;
  readonly telemetry: Telemetry;
  /** True where the worker has a channel for notices. */
  readonly notifies: boolean;
}

async function stepAndPlanActivities({ settings, objects, compute, machine, telemetry, notifies }: ActivityParts): Promise<object> {
  const { metrics } = telemetry;
  const build = await readBuildInfo();
  const store = observeStore(makeArtifactStore(objects, makeProducer(build)), metrics);
  const staging = await stagingFolder();
  await sweepStagingFolders(staging);
  const runner = observeRunner(
    makeStepRunner({
      store,
      compute,
      versions: { code: await readCodeHashes(), natives: nativeVersions() },
      sideLog: makeSideLog(settings.sideLog),
      executionFor: (plan) => executionFor(plan, machine),
      stagingFolder: async () => makeStagingFolder(staging),
    }),
    metrics,
  );
  const planActivities = makePlanActivities({ store, compute, runner, build, gpu: settings.gpu, notifies, signal: cancellationSignal });
  return { ...makeStepActivities(runner), ...wrapPlanActivities(withRunSuccess(planActivities, metrics)) };
}

function withRunSuccess(activities: PlanActivities, metrics: Metrics): PlanActivities {
  return {
    ...activities,
    recordRun: async (record) => {
      const recorded = await activities.recordRun(record);
      if (record.status.state === 'Succeeded') metrics.lastRunSuccess.setToCurrentTime();
      return recorded;
    },
  };
}

interface Serving {
  readonly settings: WorkerSettings;
  readonly server: WorkerConnection;
  readonly drainFlag: DrainFlag;
  readonly pool: ComputePool;
  readonly compute: ObservedCompute;
  readonly objects: ObjectStore;
  readonly activities: object;
  readonly telemetry: Telemetry;
  readonly temporalMetrics: string | null;
  readonly machine: Machine;
}

async function serve(parts: Serving): Promise<void> {
  const { settings, server, telemetry, machine } = parts;
  const { log, metrics, tracing } = telemetry;
  const bundle = await workflowBundle(makeTemporalLogger(log.child({}, { level: 'warn' })), server.dataConverter);
  const deployment = settings.deployment === null ? null : deploymentVersion(settings.deployment, { hashes: await readCodeHashes(), bundle: bundle.code });
  const workers = await makeTemporalWorkers({
    ...parts.settings,
    server: { connection: server.connection, namespace: server.namespace, dataConverter: server.dataConverter },
    activities: parts.activities,
    activityInterceptors: observeActivities(metrics, tracing),
    bundle,
    tracing,
    deployment,
  });
  metrics.draining.set(0);
  metrics.info.set({ queues: settings.queues.join(','), deployment: settings.deployment?.name ?? '', build: deployment?.version.buildId ?? '' }, 1);
  const onDrain = (): void => {
    metrics.draining.set(1);
    parts.drainFlag.raise();
  };
  const endpoint = await openEndpoint(parts, workers);
  try {
    log.info(
      {
        queues: settings.queues,
        computeChildren: machine.slots,
        childMiB: machine.slotMiB,
        metrics: endpoint?.url ?? null,
        version: deployment?.version ?? null,
      },
      'worker ready',
    );
    await runUntilDrained(workers, { log, graceMs: settings.graceMs, onDrain });
    log.info('worker drained');
  } finally {
    await endpoint?.close();
  }
}

async function openEndpoint(parts: Serving, workers: Awaited<ReturnType<typeof makeTemporalWorkers>>): Promise<MetricsServer | null> {
  const { settings, server, objects, temporalMetrics, telemetry } = parts;
  if (settings.metricsAddress === null || temporalMetrics === null) return null;
  const gauges = watchGauges({ ...parts, metrics: telemetry.metrics, connection: server.connection, namespace: server.namespace });
  const isDraining = (): boolean => workers.some((worker) => worker.getState() === 'STOPPING' || worker.getState() === 'DRAINING');
  const askStore = async (): Promise<unknown> => objects.readJson('runs/ready.json');
  const endpoint = await startMetricsServer({
    address: settings.metricsAddress,
    metrics: telemetry.metrics,
    refresh: async () => gauges.refresh(),
    temporalAddress: temporalMetrics,
    unready: async () => unreadyReasons({ connection: server.connection, namespace: server.namespace, workers, askStore, isDraining }),
    onError: (error) => telemetry.log.error({ err: error }, 'metrics or health could not be read'),
  });
  return {
    url: endpoint.url,
    close: async () => {
      gauges.stop();
      await endpoint.close();
    },
  };
}
