/** The worker's native connection from the environment. Apart from connect-client, so that a client loads no native code. */
import { NativeConnection } from '@temporalio/worker';
import { cannotConnect } from './cannot-connect.js';
import type { Environment } from './connection-settings.js';
import { readConnectionSettings } from './connection-settings.js';

export interface WorkerConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly address: string;
}

/**
 * The native connection and namespace of the environment, as Worker.create takes them.
 * @throws CannotConnect when no server answers, or it refuses the credentials
 */
export async function connectWorker(env: Environment): Promise<WorkerConnection> {
  const { address, namespace, options } = readConnectionSettings(env);
  try {
    return { connection: await NativeConnection.connect(options), namespace, address };
  } catch (error) {
    throw cannotConnect(address, error);
  }
}
