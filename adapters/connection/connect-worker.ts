/** The worker's native connection from the environment. Apart from connect-client, so that a client loads no native code. */
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { cannotConnectTo } from './cannot-connect-to.js';
import type { Environment } from './connection-settings.js';
import { readConnectionSettings } from './connection-settings.js';
import { readDataConverter } from './payload-codec.js';

export interface WorkerConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly address: string;
  /** Of the environment's payload keys. */
  readonly dataConverter: DataConverter;
}

/**
 * The native connection and namespace of the environment, as Worker.create takes them.
 * @throws CannotConnect when no server answers, or it refuses the credentials
 */
export async function connectWorker(env: Environment): Promise<WorkerConnection> {
  const settings = readConnectionSettings(env);
  const { address, namespace, options } = settings;
  const dataConverter = readDataConverter(env);
  try {
    return { connection: await NativeConnection.connect(options), namespace, address, dataConverter };
  } catch (error) {
    throw await cannotConnectTo(settings, error);
  }
}
