/** The one failure of connecting: the server is not there, or does not let us in. */

/** Temporal was not reached; the message names the address and what to look at. */
export class CannotConnect extends Error {
  override readonly name = 'CannotConnect';
}

/** A CannotConnect for an address and its cause. */
export function cannotConnect(address: string, cause: unknown): CannotConnect {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CannotConnect(
    `cannot connect to Temporal at ${address}: ${reason}; is the stack up (npm run stack), and does TEMPORAL_ADDRESS name it (ares env)?`,
    { cause },
  );
}
