/** How `ares` ends: exit codes are API. */

export const EXIT_CODES = {
  /** What was asked is done. */
  done: 0,
  /** The run (or the command) failed. */
  failed: 1,
  /** The command line or the spec is wrong; the server was not asked. */
  badInput: 2,
  /** The run is parked at a step until somebody answers. */
  parked: 3,
  canceled: 4,
  /** Temporal cannot be reached, or no worker answers. */
  cannotConnect: 5,
  /** Ctrl-C while following a run: the run goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Ends the command with a code; its message is printed on stderr. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
