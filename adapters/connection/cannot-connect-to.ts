/** From a failed attempt to the failure that people read. */
import { CannotConnect } from './cannot-connect.js';
import type { ConnectionSettings } from './connection-settings.js';
import { connectionTrouble } from './connection-trouble.js';

/** gRPC's words for a refused API key. */
const REFUSED = /UNAUTHENTICATED|PERMISSION_DENIED|unauthorized/i;

/** A CannotConnect that names the address, the reason, and the variable to look at. Tries the connection's layers once more. */
export async function cannotConnectTo(settings: ConnectionSettings, cause: unknown): Promise<CannotConnect> {
  const reason = reasonOf(cause);
  const opening = `cannot connect to Temporal at ${settings.address}`;
  if (REFUSED.test(reason))
    return new CannotConnect(`${opening}: ${reason}; the server refuses the API key (TEMPORAL_API_KEY or TEMPORAL_API_KEY_FILE)`, { cause });
  const trouble = await connectionTrouble(settings);
  return new CannotConnect(
    `${opening}: ${trouble ?? reason}; ${isSecured(settings) ? 'is TEMPORAL_ADDRESS right?' : 'is the stack up (npm run stack), and does TEMPORAL_ADDRESS name it (ares env)?'}`,
    { cause },
  );
}

function isSecured({ options }: ConnectionSettings): boolean {
  return options.tls !== undefined && options.tls !== null && options.tls !== false;
}

/** The SDK's words, with the server's own below them. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
