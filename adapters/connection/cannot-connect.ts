/** The one failure of connecting: the server is not there, or does not let us in. */

/** Temporal was not reached; the message names the address and what to look at. */
export class CannotConnect extends Error {
  override readonly name = 'CannotConnect';
}
