/** What verifying a run found, step by step, and the text that `ares verify` prints. Pure. */

/** How one step of a run came out. */
export interface StepVerdict {
  readonly step: string;
  /**
   * identical: every artifact has the recorded hash; different: not so although its inputs are equal; follows: an earlier
   * step differs, so this one was not judged; supplied: an operator gave the result, nothing computes it; absent: the run has no
   * result of it.
   */
  readonly verdict: 'identical' | 'different' | 'follows' | 'supplied' | 'absent';
  readonly artifacts: number;
  /** What the run recorded, beside the recomputation's own time; seconds null where it was not recomputed. */
  readonly recordedSeconds: number;
  readonly seconds: number | null;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** The step that it follows from. */
  readonly follows: string | null;
  /** What differs and why, the first difference first. On an identical step: parts of its key that differ without effect. */
  readonly explanation: readonly string[];
}

export interface Verification {
  readonly schema: 'ares.verification';
  readonly run: string;
  readonly mode: 'quick' | 'recompute';
  readonly identical: boolean;
  /** Objects whose bytes in the store were hashed. */
  readonly objects: number;
  /** Objects that are gone or have another hash than their manifest says. */
  readonly damaged: readonly string[];
  /** Source files that are gone or changed. */
  readonly sources: readonly string[];
  /** Empty after --quick. */
  readonly steps: readonly StepVerdict[];
  /** The first difference in step order, in words; null when identical. */
  readonly firstDifference: string | null;
  /** Where the recomputed artifacts were kept; null when they were removed. */
  readonly scratch: string | null;
}

/** The verdict on a whole run from its parts. */
export function concludeVerification(parts: Omit<Verification, 'schema' | 'identical' | 'firstDifference'>): Verification {
  const different = parts.steps.find((step) => step.verdict === 'different');
  const first = [...parts.sources, ...(different === undefined ? [] : [`${different.step}: ${different.explanation.join('; ')}`]), ...parts.damaged][0] ?? null;
  return { schema: 'ares.verification', ...parts, identical: first === null, firstDifference: first };
}

/** The verification as lines for people. */
export function verificationText(of: Verification): string {
  const steps = of.steps.flatMap((step) => [stepLine(step), ...step.explanation.map((line) => `    ${line}`)]);
  const bad = [...of.sources, ...of.damaged].map((line) => `IntegrityError: ${line}`);
  const counts =
    of.mode === 'quick' ? '' : `, ${of.steps.filter((step) => step.verdict === 'identical').length} of ${of.steps.length} steps recomputed to the same hashes`;
  const end = of.identical
    ? `run ${of.run} verified: ${of.objects} objects have their recorded hashes${counts}`
    : `run ${of.run} is NOT as recorded; first difference: ${of.firstDifference ?? 'none'}`;
  return [...steps, ...bad, ...(of.scratch === null ? [] : [`recomputed artifacts kept in ${of.scratch}`]), end, ''].join('\n');
}

function stepLine(step: StepVerdict): string {
  const seconds = step.seconds === null ? '' : `, recomputed in ${step.seconds} s`;
  const verdict = step.verdict === 'follows' ? `follows from ${step.follows ?? 'an earlier step'}` : step.verdict;
  return `${step.step.padEnd(38)} ${verdict.padEnd(10)} ${step.artifacts} artifacts, ${step.rowsOut} rows out, recorded ${step.recordedSeconds} s${seconds}`;
}
