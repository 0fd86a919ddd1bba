/** The running local stack, as its profile file describes it: found by worker, client and tools, so that nobody types an address. */
import { readFileSync } from 'node:fs';
import { profilePath } from './local-paths.js';

/** A process as it was started: the start time tells it from a later process with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field `starttime` of /proc/<pid>/stat, in clock ticks since boot. */
  readonly startTicks: string;
}

export interface LocalProfile {
  readonly schema: 'ares.local-profile';
  /** Null while the environment names another Temporal. */
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly ui: string;
    /** Address of Temporal's own HTTP API; absent in the profile of a stack that was started before it had one. */
    readonly http?: string;
    readonly process: ProcessIdentity;
  } | null;
  /** Null while the environment names another S3 server. */
  readonly store: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly process: ProcessIdentity;
  } | null;
  /** The worker, the clone it runs from, the build it is of and what it serves; null while none runs. */
  readonly worker: {
    readonly process: ProcessIdentity;
    readonly root: string;
    readonly build: string;
    readonly temporalAddress: string;
    readonly storeEndpoint: string;
  } | null;
  /** The process that watches over the stack and stops it; null when `--keep` left it running. */
  readonly owner: { readonly process: ProcessIdentity; readonly root: string } | null;
}

/** Bucket and prefix of the local stack. */
export const LOCAL_STORE = 's3://ares/default';

/**
 * The profile of the local stack, or null when none is written. It says what was started, not that it still runs.
 * @throws Error when the file is there but is not a profile.
 */
export function readLocalProfile(env: Readonly<Record<string, string | undefined>> = process.env): LocalProfile | null {
  const path = profilePath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseProfile(text, path);
}

function parseProfile(text: string, path: string): LocalProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`expected JSON in the profile ${path}; delete the file and start the stack again`, { cause: error });
  }
  if ((value as LocalProfile | null)?.schema !== 'ares.local-profile') {
    throw new Error(`expected schema ares.local-profile in ${path}, found ${String((value as { schema?: unknown } | null)?.schema)}`);
  }
  return value as LocalProfile;
}

/** The environment variables that a profile stands for; the same ones `ares env` prints. */
export function profileEnvironment(profile: LocalProfile): Record<string, string> {
  return { ...temporalEnvironment(profile), ...storeEnvironment(profile), ARES_STORE: LOCAL_STORE };
}

/** The part of it that names Temporal; empty where the environment names another one. */
export function temporalEnvironment({ temporal }: LocalProfile): Record<string, string> {
  if (temporal === null) return {};
  const http = temporal.http === undefined ? {} : { ARES_TEMPORAL_HTTP: temporal.http };
  return { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace, ARES_UI: temporal.ui, ...http };
}

/** The part of it that names the store; empty where the environment names another one. */
export function storeEnvironment({ store }: LocalProfile): Record<string, string> {
  if (store === null) return {};
  return {
    AWS_ENDPOINT_URL_S3: store.endpoint,
    AWS_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
  };
}

/**
 * Fills what the environment leaves open from the profile of the local stack, in place. Temporal's address and the store are each taken
 * as a whole: a set endpoint or address keeps the profile out of that half, so credentials never travel to a foreign endpoint.
 * Returns the profile that was used, or null when there is none.
 */
export function applyLocalProfile(env: Record<string, string | undefined> = process.env): LocalProfile | null {
  const profile = readLocalProfile(env);
  if (profile === null) return null;
  // A profile of Temporal's own file, where one is named, says where Temporal is.
  if (isOpen(env['TEMPORAL_ADDRESS']) && isOpen(env['TEMPORAL_PROFILE'])) Object.assign(env, temporalEnvironment(profile));
  if (isOpen(env['AWS_ENDPOINT_URL_S3']) && isOpen(env['AWS_ENDPOINT_URL']) && profile.store !== null) {
    Object.assign(env, storeEnvironment(profile));
    delete env['AWS_SESSION_TOKEN'];
    delete env['AWS_PROFILE'];
  }
  if (isOpen(env['ARES_STORE'])) env['ARES_STORE'] = LOCAL_STORE;
  return profile;
}

function isOpen(value: string | undefined): boolean {
  return value === undefined || value === '';
}
