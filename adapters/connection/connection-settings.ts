/** Where Temporal is and how to get in: a TOML profile or TEMPORAL_* variables, the same that the temporal CLI reads. */
import { readFileSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { CannotConnect } from './cannot-connect.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type TemporalOptions = ReturnType<typeof toClientOptions>['connectionOptions'];

export interface ConnectionSettings {
  readonly address: string;
  readonly namespace: string;
  /** Address, TLS, API key and metadata, as Connection.connect and NativeConnection.connect take them. */
  readonly options: TemporalOptions;
}

/** Temporal's own default, where nothing else is said. */
export const DEFAULT_ADDRESS = '127.0.0.1:7233';
const DEFAULT_NAMESPACE = 'default';

/**
 * The connection settings of an environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*,
 * TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE (see docs/cli.md). TEMPORAL_API_KEY_FILE names a file with the key. An empty
 * variable counts as not set.
 * @throws CannotConnect when a named profile, certificate or key file cannot be read, or a client certificate has no key
 */
export function readConnectionSettings(env: Environment): ConnectionSettings {
  const defined = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
  const { connectionOptions, namespace } = readOptions(defined);
  const address = connectionOptions.address ?? DEFAULT_ADDRESS;
  return { address, namespace: namespace ?? DEFAULT_NAMESPACE, options: { ...connectionOptions, address } };
}

function readOptions(env: Record<string, string>): ReturnType<typeof toClientOptions> {
  try {
    const keyFile = env['TEMPORAL_API_KEY_FILE'];
    const key = keyFile === undefined || env['TEMPORAL_API_KEY'] !== undefined ? {} : { TEMPORAL_API_KEY: readFileSync(keyFile, 'utf8').trim() };
    const profile = loadClientConfigProfile({ overrideEnvVars: { ...env, ...key } });
    // The library drops half a pair, and the server would then speak of a missing certificate.
    if ((profile.tls?.clientCert === undefined) !== (profile.tls?.clientKey === undefined))
      throw new Error(`a client certificate and its key need each other, found only the ${profile.tls?.clientKey === undefined ? 'certificate' : 'key'}`);
    return toClientOptions(profile);
  } catch (error) {
    // The first line only: a TOML error shows the lines around it, and one of them may be the API key.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw new CannotConnect(`cannot use the connection settings (TEMPORAL_* and the profile file): ${reason}`);
  }
}
