/** Experiment tracking on MLflow: one entry a step key, whatever retries, resets or second runs there are. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BuildInfo } from '../../pipeline/build-info.js';
import { describeBuild } from '../../pipeline/build-info.js';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { ExperimentTracker, TrackedResult } from '../../pipeline/ports.js';
import type { ObjectStore } from '../object-store/index.js';
import { makeMlflowClient } from './mlflow-client.js';
import type { MlflowClient, MlflowMetric, MlflowRun, MlflowTag } from './mlflow-client.js';
import type { NamedFigure } from './mlflow-names.js';
import { flatten, keyOf, nameFigures, paramValue, tagValue } from './mlflow-names.js';
import { runParameters } from './run-parameters.js';
import { readTrackingSettings } from './tracking-settings.js';
import type { Environment, TrackingSettings } from './tracking-settings.js';

/** The tag by which an entry is found again. */
const STEP_KEY_TAG = 'ares.step_key';

const recordSchema = z.strictObject({
  schema: z.literal('ares.tracking'),
  tracker: z.literal('mlflow'),
  stepKey: z.string(),
  uri: z.string(),
  experiment: z.string(),
  experimentId: z.string(),
  runId: z.string(),
  /** The entry in MLflow's own pages. */
  page: z.string(),
});
/** Where a run is in the tracker, at `tracking/<step key>/<tracker>.json` in the store. */
export type TrackingRecord = z.infer<typeof recordSchema>;

type JsonStore = Pick<ObjectStore, 'putJson' | 'putJsonIfAbsent' | 'readJson' | 'url'>;

export interface MlflowTrackerOptions {
  readonly env: Environment;
  readonly store: JsonStore;
  readonly plan: RunPlan;
  readonly planHash: string;
  /** Key of the saving step: the entry's identity. */
  readonly stepKey: string;
  readonly build: Pick<BuildInfo, 'commit' | 'dirty'>;
}

/** A tracker for one step of one plan. The environment is read when something is logged. */
export function makeMlflowTracker(options: MlflowTrackerOptions): ExperimentTracker {
  return { log: async (result) => logResult(result, options) };
}

async function logResult(result: TrackedResult, options: MlflowTrackerOptions): Promise<void> {
  const settings = readTrackingSettings(options.env);
  const client = makeMlflowClient(settings);
  const run = await claimRun(client, settings, options);
  const figures = nameFigures(result.report.figures);
  const parameters = runParameters(options.plan);
  const isProxied = hasArtifactProxy(run, settings);
  await client.logBatch(run.info.run_id, {
    tags: tagsOf(result, { options, figures, isProxied }),
    params: newParams(run, flatten(parameters)),
    metrics: metricsOf(result, figures),
  });
  if (isProxied) {
    const text = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalJson(value));
    await client.putArtifact(run, 'parameters.json', text(parameters));
    await client.putArtifact(run, 'metrics.json', text(metricSources(figures)));
    for (const [path, bytes] of Object.entries(result.files)) await client.putArtifact(run, path, bytes);
  }
  await client.finishRun(run.info.run_id, Date.now());
}

/**
 * The one run of this step key. Who makes the record in the store first names it (a conditional put), so of two attempts
 * at once the second deletes what it made and completes the first one's.
 */
async function claimRun(client: MlflowClient, settings: TrackingSettings, options: MlflowTrackerOptions): Promise<MlflowRun> {
  const path = recordPath(settings, options.stepKey);
  const known = await readRecord(options.store, path);
  const recorded = known === null ? null : await client.findRun(known.runId);
  if (recorded?.info.lifecycle_stage === 'active') return recorded;
  const experimentId = await client.experimentId(settings.experiment);
  const { run, isMine } = await findOrCreate(client, experimentId, options);
  const record = recordOf(run, settings, options.stepKey);
  if (known !== null) {
    // The recorded entry was deleted in MLflow.
    await options.store.putJson(path, record);
    return run;
  }
  if (await options.store.putJsonIfAbsent(path, record)) return run;
  const winner = (await readRecord(options.store, path))?.runId ?? run.info.run_id;
  if (winner === run.info.run_id) return run;
  if (isMine) await client.deleteRun(run.info.run_id);
  const found = await client.findRun(winner);
  if (found === null)
    throw new PipelineError('UpstreamUnavailable', `MLflow at ${settings.uri} has no run ${winner}, which ${options.store.url}/${path} names`);
  return found;
}

async function findOrCreate(client: MlflowClient, experimentId: string, options: MlflowTrackerOptions): Promise<{ run: MlflowRun; isMine: boolean }> {
  const tag = { key: STEP_KEY_TAG, value: options.stepKey };
  const [found] = await client.searchByTag(experimentId, tag);
  if (found !== undefined) return { run: found, isMine: false };
  const { spec, settings } = options.plan;
  const name = `${spec.symbol} ${spec.market} ${settings.timeframe} ${options.stepKey.slice(0, 8)}`;
  // The tag goes in with the creation: a run without it would never be found again.
  return { run: await client.createRun({ experimentId, name, startMs: Date.now(), tags: [tag] }), isMine: true };
}

/** Where the record of a step key lies: one a tracker and experiment, for a worker may be given another one. */
export function recordPath(settings: Pick<TrackingSettings, 'uri' | 'experiment'>, stepKey: string): string {
  const tracker = createHash('sha256')
    .update(JSON.stringify([settings.uri, settings.experiment]))
    .digest('hex');
  return `tracking/${stepKey}/${tracker.slice(0, 12)}.json`;
}

async function readRecord(store: JsonStore, path: string): Promise<TrackingRecord | null> {
  const value = await store.readJson(path);
  if (value === null) return null;
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PipelineError('IntegrityError', `${store.url}/${path} is no tracking record: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
}

function recordOf(run: MlflowRun, settings: TrackingSettings, stepKey: string): TrackingRecord {
  const { experiment_id: experimentId, run_id: runId } = run.info;
  const page = `${settings.uri}/#/experiments/${experimentId}/runs/${runId}`;
  return { schema: 'ares.tracking', tracker: 'mlflow', stepKey, uri: settings.uri, experiment: settings.experiment, experimentId, runId, page };
}

/** True when files go through the server; else only it could say how to reach its artifact store, and references must do. */
function hasArtifactProxy(run: MlflowRun, settings: TrackingSettings): boolean {
  const place = URL.canParse(run.info.artifact_uri) ? new URL(run.info.artifact_uri) : null;
  return place?.protocol === 'mlflow-artifacts:' && (place.host === '' || place.host === new URL(settings.uri).host);
}

function tagsOf(result: TrackedResult, of: { options: MlflowTrackerOptions; figures: readonly NamedFigure[]; isProxied: boolean }): MlflowTag[] {
  const { plan, planHash, stepKey, build } = of.options;
  const { report } = result;
  const missing = of.figures.filter(({ figure }) => figure.value === null).map(({ key }) => key);
  const tags: Record<string, string> = {
    [STEP_KEY_TAG]: stepKey,
    'ares.plan_hash': planHash,
    'ares.symbol': plan.spec.symbol,
    'ares.exchange': plan.spec.exchange,
    'ares.market': plan.spec.market,
    'ares.preset': plan.spec.preset,
    'ares.data': report.dataKind,
    'ares.synthetic': String(report.synthetic),
    'ares.insufficient': report.insufficient.join('; '),
    'ares.not_computable': missing.length === 0 ? '' : `${missing.length} figures: ${missing.join('; ')}`,
    'ares.artifacts': of.isProxied ? 'logged' : 'not logged: this MLflow server proxies no artifacts; the references below lead to them',
    'mlflow.note.content': [report.title, ...report.summary].join('\n\n'),
    'mlflow.source.name': 'ares',
    'mlflow.source.type': 'JOB',
    'ares.build': describeBuild(build),
    // Sources changed since the commit are not what it names.
    ...(build.commit === null || build.dirty ? {} : { 'mlflow.source.git.commit': build.commit }),
    ...result.references,
  };
  return Object.entries(tags)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => ({ key, value: tagValue(value) }));
}

/** Parameters that the entry lacks: MLflow never changes one, and what an equal step key leaves open changed no result. */
function newParams(run: MlflowRun, wanted: Readonly<Record<string, string>>): MlflowTag[] {
  const known = new Set(run.data?.params?.map((param) => param.key));
  return Object.entries(wanted)
    .map(([key, value]) => ({ key: keyOf(key), value: paramValue(value) }))
    .filter(({ key, value }) => value !== '' && !known.has(key));
}

/** The report's figures at the data's own time, and the series; what is not computable is no number and stays out. */
function metricsOf(result: TrackedResult, figures: readonly NamedFigure[]): MlflowMetric[] {
  const scalars = figures.flatMap(({ key, figure }) => (figure.value === null ? [] : [{ key, value: figure.value, timestamp: result.dataTimeMs, step: 0 }]));
  const series = result.series.flatMap(({ name, points }) =>
    points.flatMap(({ timeMs, step, value }) => (Number.isFinite(value) ? [{ key: keyOf(name), value, timestamp: timeMs, step }] : [])),
  );
  return [...scalars, ...series];
}

/** Which figure, and which artifact behind it, a metric key stands for. */
function metricSources(figures: readonly NamedFigure[]): object {
  return Object.fromEntries(figures.map(({ key, figure: { section, name, unit, source, value } }) => [key, { section, name, unit, source, value }]));
}
