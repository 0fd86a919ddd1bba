/** The named failures that the field itself raises; orchestration adds its own in pipeline/errors. */

/** Market data that must not be used: names file, line, field and the value found where they are known. */
export class InvalidData extends Error {
  override readonly name = 'InvalidData';
}

/** Too few rows (or too little effective sample) for the thing asked, where no stated fallback exists. */
export class InsufficientData extends Error {
  override readonly name = 'InsufficientData';
}

/** A computation left the finite numbers or did not converge. */
export class NumericalError extends Error {
  override readonly name = 'NumericalError';
}

/** A value that was said to be known at a time rests on what came later. */
export class LookAheadLeak extends Error {
  override readonly name = 'LookAheadLeak';
}
