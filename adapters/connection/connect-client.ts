/** A Temporal client from the environment. */
import { Client, Connection } from '@temporalio/client';
import { openClientTracing } from '../telemetry/client-tracing.js';
import { cannotConnectTo } from './cannot-connect-to.js';
import type { Environment } from './connection-settings.js';
import { readConnectionSettings } from './connection-settings.js';
import { readDataConverter } from './payload-codec.js';

const CONNECT_TIMEOUT = '5s';

export interface ConnectedClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

/**
 * A client connected to the Temporal of the environment.
 * @throws CannotConnect when no server answers within 5 s, or it refuses the credentials
 */
export async function connectClient(env: Environment): Promise<ConnectedClient> {
  const settings = readConnectionSettings(env);
  const { address, namespace, options } = settings;
  const dataConverter = readDataConverter(env);
  try {
    const connection = await Connection.connect({
      address,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
      ...(options.metadata === undefined ? {} : { metadata: options.metadata as Record<string, string> }),
      connectTimeout: CONNECT_TIMEOUT,
    });
    const tracing = await openClientTracing(env);
    return {
      client: new Client({ connection, namespace, dataConverter, interceptors: { workflow: tracing.interceptors } }),
      address,
      namespace,
      close: async () => {
        await tracing.shutdown();
        await connection.close();
      },
    };
  } catch (error) {
    throw await cannotConnectTo(settings, error);
  }
}
