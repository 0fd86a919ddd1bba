/** Error names are API: they appear as failure types in Temporal, in exit codes and in the docs. */

/** Failures that a retry cannot mend: the run fails at once. */
export const NEVER_RETRIED = [
  'InvalidSpec',
  'InvalidData',
  'InsufficientData',
  'MissingArtifact',
  'IntegrityError',
  'LookAheadLeak',
  'NumericalError',
  'AccessDenied',
  'UnsupportedDevice',
] as const;

/** Failures of the environment: retried with back-off, then the run parks or fails as the spec says. */
export const RETRIED = ['StoreUnavailable', 'UpstreamUnavailable', 'DeviceLost', 'OutOfMemory', 'ChildCrashed', 'DiskFull'] as const;

export type ErrorName = (typeof NEVER_RETRIED)[number] | (typeof RETRIED)[number];

/** Attempts of one activity, first one included, before an environment failure counts as final. */
export const MAXIMUM_ATTEMPTS = 8;

/** A named failure; `name` is the Temporal failure type. Core's own named errors keep their classes. */
export class PipelineError extends Error {
  override readonly name: ErrorName;

  /** Wait that the upstream asked for before another attempt; null when it named none. */
  readonly retryAfterMs: number | null;

  constructor(name: ErrorName, message: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options);
    this.name = name;
    this.retryAfterMs = options?.retryAfterMs ?? null;
  }
}

/** The error's name when it is one of ours (also after crossing a process border), else null. */
export function errorNameOf(error: unknown): ErrorName | null {
  const name = error instanceof Error ? error.name : null;
  return ([...NEVER_RETRIED, ...RETRIED] as readonly string[]).includes(name ?? '') ? (name as ErrorName) : null;
}

/** The wait that the error's upstream asked for, in ms (also after crossing a process border), else null. */
export function retryAfterOf(error: unknown): number | null {
  const wait = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : null;
  return typeof wait === 'number' ? wait : null;
}

/** True for failures that end the run at once. */
export function isNeverRetried(name: string | null | undefined): boolean {
  return (NEVER_RETRIED as readonly string[]).includes(name ?? '');
}
