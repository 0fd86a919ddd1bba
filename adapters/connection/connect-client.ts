/** A Temporal client from the environment. */
import { Client, Connection } from '@temporalio/client';
import { cannotConnect } from './cannot-connect.js';
import type { Environment } from './connection-settings.js';
import { readConnectionSettings } from './connection-settings.js';

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
  const { address, namespace, options } = readConnectionSettings(env);
  try {
    const connection = await Connection.connect({
      address,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
      ...(options.metadata === undefined ? {} : { metadata: options.metadata as Record<string, string> }),
      connectTimeout: CONNECT_TIMEOUT,
    });
    return { client: new Client({ connection, namespace }), address, namespace, close: async () => connection.close() };
  } catch (error) {
    throw cannotConnect(address, error);
  }
}
