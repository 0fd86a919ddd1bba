/** Where Temporal is and how to get in: a TOML profile or TEMPORAL_* variables, the same that the temporal CLI reads. */
import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type TemporalOptions = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

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
 * TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE (see docs/cli.md). TEMPORAL_API_KEY_FILE names a file with the key.
 * @throws Error when a named profile, certificate or key file cannot be read
 */
export function readConnectionSettings(env: Environment): ConnectionSettings {
  const defined = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const keyFile = defined['TEMPORAL_API_KEY_FILE'];
  if (keyFile !== undefined && defined['TEMPORAL_API_KEY'] === undefined) defined['TEMPORAL_API_KEY'] = readFileSync(keyFile, 'utf8').trim();
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: defined });
  const address = connectionOptions.address ?? DEFAULT_ADDRESS;
  return { address, namespace: namespace ?? DEFAULT_NAMESPACE, options: { ...connectionOptions, address } };
}
