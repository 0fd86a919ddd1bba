/** The world that a command sees: streams, environment and how Ctrl-C arrives. Tests pass their own. */

export interface CommandWorld {
  readonly env: Record<string, string | undefined>;
  /** Results: one JSON object or text for people. */
  readonly out: (text: string) => void;
  /** Progress and messages. */
  readonly err: (text: string) => void;
  /** True when `err` is a terminal: a line may then be rewritten. */
  readonly isTerminal: boolean;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Prints a value as one line of JSON. */
export function printJson(world: CommandWorld, value: unknown): void {
  world.out(`${JSON.stringify(value)}\n`);
}
