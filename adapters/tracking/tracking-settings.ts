/** Where the experiment tracker is and how to get in: MLflow's own environment variables, so that one setting serves its tools and us. */
import { PipelineError } from '../../pipeline/errors.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface TrackingSettings {
  /** Address of the server, without a slash at its end and without credentials. */
  readonly uri: string;
  readonly experiment: string;
  /** Value of the `authorization` header, or null where none is set. */
  readonly authorization: string | null;
}

const DEFAULT_EXPERIMENT = 'ares';

/**
 * The tracker of an environment: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD or else
 * MLFLOW_TRACKING_TOKEN, ARES_MLFLOW_EXPERIMENT (default `ares`).
 * @throws PipelineError InvalidSpec when the address is missing or no http address, or one half of a user name and password is missing
 */
export function readTrackingSettings(env: Environment): TrackingSettings {
  return { uri: readUri(env), experiment: settingOf(env, 'ARES_MLFLOW_EXPERIMENT') ?? DEFAULT_EXPERIMENT, authorization: readAuthorization(env) };
}

function readUri(env: Environment): string {
  const text = settingOf(env, 'MLFLOW_TRACKING_URI');
  if (text === null) {
    throw new PipelineError(
      'InvalidSpec',
      'tracking: the spec asks for "mlflow", but MLFLOW_TRACKING_URI is not set on the worker; set it there, or use "none"',
    );
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new PipelineError(
      'InvalidSpec',
      `MLFLOW_TRACKING_URI: expected the http or https address of an MLflow server, found ${JSON.stringify(withoutUser(text))}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    // An address is written into logs and records; a password is not.
    throw new PipelineError(
      'InvalidSpec',
      `MLFLOW_TRACKING_URI: expected an address without user and password, found one at ${url.host}; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function readAuthorization(env: Environment): string | null {
  const [user, password, token] = ['MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD', 'MLFLOW_TRACKING_TOKEN'].map((name) => settingOf(env, name));
  if ((user === null) !== (password === null)) {
    const [found, missing] =
      password === null ? ['MLFLOW_TRACKING_USERNAME', 'MLFLOW_TRACKING_PASSWORD'] : ['MLFLOW_TRACKING_PASSWORD', 'MLFLOW_TRACKING_USERNAME'];
    throw new PipelineError('InvalidSpec', `${missing}: expected a value beside ${found}, found none`);
  }
  if (user !== null) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return token === null ? null : `Bearer ${token}`;
}

function settingOf(env: Environment, name: string): string | null {
  const value = env[name];
  return value === undefined || value === '' ? null : value;
}

function withoutUser(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}
