/** One number for the quality of a data set. */

/** Faulty rows of a check, and the rows it looked at. */
export interface CheckCount {
  readonly check: string;
  readonly faulty: number;
  readonly rows: number;
}

export interface ScoredCheck extends CheckCount {
  /** faulty / rows; 0 of no rows. */
  readonly share: number;
  /** Points of the score that a share of 1 costs, over 100. */
  readonly weight: number;
  /** Points lost. */
  readonly lost: number;
}

/**
 * Weight of each check: 1 = a faulty row counts as a row that is not there; a wrong price counts for more than a missing one, as it
 * enters every window that covers it; what was repaired without loss, and what may be true, for less. A check that is not listed
 * costs nothing.
 */
export const CHECK_WEIGHTS: Readonly<Record<string, number>> = {
  gap: 1,
  'missing trade ids': 1,
  'empty day': 1,
  'imputed bar': 1,
  'conflicting duplicate': 1,
  'stale price': 1,
  disorder: 1,
  'duplicate bar': 0.1,
  'duplicate trade': 0.1,
  'zero volume': 0.1,
  'bad close': 5,
  'bad wick': 5,
  'bad tick': 5,
  'repaired price': 5,
  'source disagreement': 5,
};

/**
 * Score in [0, 100]: 100 x max(0, 1 - sum over the checks of weight x faulty / rows), and what each check took from it.
 * 100 = no check found a fault.
 */
export function qualityScore(counts: readonly CheckCount[]): { readonly score: number; readonly checks: readonly ScoredCheck[] } {
  const checks = counts.map((count) => {
    const share = count.rows > 0 ? count.faulty / count.rows : 0;
    const weight = CHECK_WEIGHTS[count.check] ?? 0;
    return { ...count, share, weight, lost: Math.min(100, 100 * weight * share) };
  });
  return { score: Math.max(0, 100 - checks.reduce((sum, { lost }) => sum + lost, 0)), checks };
}
