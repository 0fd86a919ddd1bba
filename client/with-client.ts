/** Runs a command's body with a connected client, and turns what the server says into exit codes. */
import type { Client } from '@temporalio/client';
import { applyLocalProfile } from '../adapters/local-profile.js';
import type { AresClient } from './ares-client.js';
import type { CommandWorld } from './command-world.js';
import { CommandFailure, EXIT_CODES } from './exit-codes.js';

export interface Connected {
  readonly ares: AresClient;
  readonly namespace: string;
  /** Temporal's own client, for what is not about one run. */
  readonly client: Client;
}

/** What `body` returns. @throws CommandFailure when there is no server, no worker or no such run */
export async function withClient<T>(world: CommandWorld, body: (connected: Connected) => Promise<T>): Promise<T> {
  applyLocalProfile(world.env);
  // Loaded here, so that bad input and --help need no Temporal library.
  const { connectClient } = await import('../adapters/connection/connect-client.js');
  const { AresClient: Ares } = await import('./ares-client.js');
  const connected = await connectClient(world.env).catch((error: unknown) => {
    throw commandFailure(error);
  });
  try {
    return await body({ ares: new Ares(connected.client), namespace: connected.namespace, client: connected.client });
  } catch (error) {
    throw commandFailure(error);
  } finally {
    await connected.close();
  }
}

/** By name, because the errors' classes live in a library that is loaded late. */
function commandFailure(error: unknown): unknown {
  if (error instanceof CommandFailure || !(error instanceof Error)) return error;
  if (error.name === 'CannotConnect') return new CommandFailure(EXIT_CODES.cannotConnect, error.message, { cause: error });
  if (error.name === 'WorkflowNotFoundError') return new CommandFailure(EXIT_CODES.badInput, `no such run: ${error.message}`, { cause: error });
  if (error.name === 'ServiceError' || /deadline exceeded/i.test(error.message)) {
    return new CommandFailure(EXIT_CODES.cannotConnect, `Temporal did not answer: ${error.message}${causeText(error)}; does a worker run (npm run stack)?`, {
      cause: error,
    });
  }
  return error;
}

function causeText(error: Error): string {
  return error.cause instanceof Error ? ` (${error.cause.message})` : '';
}

/** Address of a run in the Temporal UI, or null where ARES_UI is not set. */
export function uiAddress(
  world: CommandWorld,
  namespace: string,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): string | null {
  const base = world.env['ARES_UI'];
  if (base === undefined || base === '') return null;
  return `${base.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}/${runId}`;
}
