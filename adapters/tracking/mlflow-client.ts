/** MLflow's REST API 2.0 as far as a finished run needs it. Refusals and failures get their names here. */
import { PipelineError } from '../../pipeline/errors.js';
import type { TrackingSettings } from './tracking-settings.js';

/** Longest wait for one answer. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Most that one log-batch request may carry, by MLflow's documentation. */
export const BATCH_LIMITS = { metrics: 1000, params: 100, tags: 100 } as const;
const SHOWN_CHARACTERS = 300;

export interface MlflowTag {
  readonly key: string;
  readonly value: string;
}

/** One value of a metric; MLflow tells points apart by key, timestamp, step and value, so a repeated one adds nothing. */
export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** UTC ms. */
  readonly timestamp: number;
  readonly step: number;
}

export interface MlflowRun {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly status: string;
    readonly artifact_uri: string;
    readonly lifecycle_stage: 'active' | 'deleted';
  };
  readonly data?: { readonly params?: readonly MlflowTag[]; readonly tags?: readonly MlflowTag[] };
}

/** Every method throws PipelineError AccessDenied (401, 403), UpstreamUnavailable (unreachable, 408, 429, 5xx) or InvalidData. */
export interface MlflowClient {
  readonly uri: string;
  /** Id of the experiment of this name, made if there is none. @throws PipelineError InvalidSpec when it was deleted */
  experimentId(name: string): Promise<string>;
  /** The run, or null when there is none of this id. */
  findRun(runId: string): Promise<MlflowRun | null>;
  /** Runs of the experiment that carry the tag, oldest first; deleted ones left out. */
  searchByTag(experimentId: string, tag: MlflowTag): Promise<readonly MlflowRun[]>;
  createRun(run: { experimentId: string; name: string; startMs: number; tags: readonly MlflowTag[] }): Promise<MlflowRun>;
  deleteRun(runId: string): Promise<void>;
  /** Logs in as many requests as the limits ask for. */
  logBatch(runId: string, batch: { tags: readonly MlflowTag[]; params: readonly MlflowTag[]; metrics: readonly MlflowMetric[] }): Promise<void>;
  finishRun(runId: string, endMs: number): Promise<void>;
  /** Uploads a file through the server's artifact proxy; the path is below the run's artifacts. */
  putArtifact(run: MlflowRun, path: string, bytes: Uint8Array): Promise<void>;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: string | Uint8Array;
  /** MLflow error codes that are an answer, not a failure: the result is then null. */
  readonly accepted?: readonly string[];
}

/** A client of the server that the settings name; nothing is requested before its first method. */
export function makeMlflowClient(settings: TrackingSettings): MlflowClient {
  const post = async <T>(path: string, body: object, accepted: readonly string[] = []): Promise<T | null> =>
    send<T>(settings, { method: 'POST', path: `/api/2.0/mlflow/${path}`, body: JSON.stringify(body), accepted });
  const get = async <T>(path: string, query: Record<string, string>, accepted: readonly string[] = []): Promise<T | null> =>
    send<T>(settings, { method: 'GET', path: `/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`, accepted });
  return {
    uri: settings.uri,
    experimentId: async (name) => experimentId(name, { get, post }),
    findRun: async (runId) => (await get<{ run: MlflowRun }>('runs/get', { run_id: runId }, ['RESOURCE_DOES_NOT_EXIST']))?.run ?? null,
    searchByTag: async (experiment, tag) => {
      const filter = `tags.\`${tag.key}\` = '${tag.value}'`;
      const body = { experiment_ids: [experiment], filter, run_view_type: 'ACTIVE_ONLY', order_by: ['attributes.start_time ASC'], max_results: 100 };
      return (await post<{ runs?: MlflowRun[] }>('runs/search', body))?.runs ?? [];
    },
    createRun: async ({ experimentId: experiment, name, startMs, tags }) => {
      const answer = await post<{ run: MlflowRun }>('runs/create', { experiment_id: experiment, run_name: name, start_time: startMs, tags });
      return (answer as { run: MlflowRun }).run;
    },
    deleteRun: async (runId) => void (await post('runs/delete', { run_id: runId })),
    logBatch: async (runId, { tags, params, metrics }) => {
      for (const part of partsOf(tags, BATCH_LIMITS.tags)) await post('runs/log-batch', { run_id: runId, tags: part });
      for (const part of partsOf(params, BATCH_LIMITS.params)) await post('runs/log-batch', { run_id: runId, params: part });
      for (const part of partsOf(metrics, BATCH_LIMITS.metrics)) await post('runs/log-batch', { run_id: runId, metrics: part });
    },
    finishRun: async (runId, endMs) => void (await post('runs/update', { run_id: runId, status: 'FINISHED', end_time: endMs })),
    putArtifact: async (run, path, bytes) => {
      const root = new URL(run.info.artifact_uri).pathname.split('/').filter((part) => part !== '');
      const place = [...root, ...path.split('/')].map(encodeURIComponent).join('/');
      await send(settings, { method: 'PUT', path: `/api/2.0/mlflow-artifacts/artifacts/${place}`, body: bytes });
    },
  };
}

interface Requests {
  readonly get: <T>(path: string, query: Record<string, string>, accepted?: readonly string[]) => Promise<T | null>;
  readonly post: <T>(path: string, body: object, accepted?: readonly string[]) => Promise<T | null>;
}

async function experimentId(name: string, { get, post }: Requests): Promise<string> {
  type Found = { experiment: { experiment_id: string; lifecycle_stage: string } };
  const find = async (): Promise<Found | null> => get<Found>('experiments/get-by-name', { experiment_name: name }, ['RESOURCE_DOES_NOT_EXIST']);
  let found = await find();
  if (found === null) {
    const made = await post<{ experiment_id: string }>('experiments/create', { name }, ['RESOURCE_ALREADY_EXISTS']);
    if (made !== null) return made.experiment_id;
    // Another run made it in between.
    found = await find();
  }
  if (found?.experiment.lifecycle_stage !== 'active') {
    throw new PipelineError(
      'InvalidSpec',
      `ARES_MLFLOW_EXPERIMENT: expected an active experiment, found ${JSON.stringify(name)} ${found === null ? 'neither there nor to be made' : 'deleted'} in MLflow; restore it or name another`,
    );
  }
  return found.experiment.experiment_id;
}

function partsOf<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

async function send<T>(settings: TrackingSettings, call: Call): Promise<T | null> {
  const place = `MLflow at ${settings.uri}: ${call.method} ${call.path.replace(/\?.*/, '')}`;
  const answer = await answerOf(settings, call, place);
  const { status, text } = answer;
  if (status >= 200 && status < 300) return parse<T>(text, place);
  const code = errorCodeOf(text);
  if (code !== null && call.accepted?.includes(code) === true) return null;
  throw failureOf(answer, `${place}: ${status} ${text.slice(0, SHOWN_CHARACTERS)}`.trim());
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Seconds that the server asks to wait, where it names them. */
  readonly retryAfter: number | null;
}

async function answerOf(settings: TrackingSettings, call: Call, place: string): Promise<Answer> {
  try {
    const answer = await fetch(`${settings.uri}${call.path}`, {
      method: call.method,
      headers: {
        ...(settings.authorization === null ? {} : { authorization: settings.authorization }),
        ...(call.body === undefined ? {} : { 'content-type': typeof call.body === 'string' ? 'application/json' : 'application/octet-stream' }),
      },
      // A redirect would carry the credentials to an address that nobody has named.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(call.body === undefined ? {} : { body: call.body as NonNullable<RequestInit['body']> }),
    });
    const wait = answer.headers.get('retry-after');
    return { status: answer.status, text: await answer.text(), retryAfter: wait !== null && /^\d+$/.test(wait) ? Number(wait) : null };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : String(error);
    throw new PipelineError('UpstreamUnavailable', `${place}: no answer (${cause}); is the server up, and does MLFLOW_TRACKING_URI name it?`, { cause: error });
  }
}

function failureOf({ status, retryAfter }: Answer, message: string): PipelineError {
  if (status === 401 || status === 403) {
    return new PipelineError(
      'AccessDenied',
      `${message}; check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD (or MLFLOW_TRACKING_TOKEN) of the worker, and that user's rights on the experiment`,
    );
  }
  // What is no MLflow server (a redirect to a log-in page, a plain 404) may be mended in the worker's environment: the run parks.
  const isInput = status === 400 || status === 409 || status === 413 || status === 422;
  return new PipelineError(isInput ? 'InvalidData' : 'UpstreamUnavailable', message, retryAfter === null ? {} : { retryAfterMs: retryAfter * 1000 });
}

function parse<T>(text: string, place: string): T {
  try {
    return JSON.parse(text === '' ? '{}' : text) as T;
  } catch (error) {
    throw new PipelineError('UpstreamUnavailable', `${place}: expected JSON, found ${JSON.stringify(text.slice(0, 80))}; is it an MLflow server?`, {
      cause: error,
    });
  }
}

function errorCodeOf(text: string): string | null {
  try {
    return (JSON.parse(text) as { error_code?: string } | null)?.error_code ?? null;
  } catch {
    // An error page of a proxy is no MLflow answer: it has no code.
    return null;
  }
}
