/** A connected client for programs: the library's way in. */
import { connectClient } from '../adapters/connection/connect-client.js';
import { applyLocalProfile } from '../adapters/local-profile.js';
import { AresClient } from './ares-client.js';

export interface AresConnection {
  readonly ares: AresClient;
  /** Address and namespace of the Temporal that was reached. */
  readonly address: string;
  readonly namespace: string;
  /** Ends the connection, and with it the program if nothing else keeps it; runs go on. */
  close(): Promise<void>;
}

/**
 * A client of the Temporal that the environment names (the variables of the temporal CLI); what it leaves open comes from the profile
 * of the local stack. The environment itself is not changed.
 * @throws CannotConnect when no server answers within 5 s, or it refuses the credentials
 */
export async function connectAres(env: Readonly<Record<string, string | undefined>> = process.env): Promise<AresConnection> {
  const settings = { ...env };
  applyLocalProfile(settings);
  const { client, address, namespace, close } = await connectClient(settings);
  return { ares: new AresClient(client), address, namespace, close };
}
