/** A stated rule by which a step's figures are called implausible: work that cannot have been done as it claims. */
import type { StepResult } from './artifacts.js';

/** A compute child takes longer than this to answer at all. */
const LEAST_SECONDS = 0.005;
/** Rows a second that no step reaches: bulk SQL over Parquet reads about 30 million a second on two cores. */
const MOST_ROWS_PER_SECOND = 300_000_000;

/**
 * Why a computed step's figures are implausible, or null. The rule: it left no artifact, or took less than 5 ms,
 * or read or wrote more than 300 million rows a second. A cached or supplied result computed nothing and is not judged.
 */
export function implausibleWork(result: Pick<StepResult, 'cached' | 'rowsIn' | 'rowsOut' | 'seconds' | 'artifactCount'>): string | null {
  const { cached, rowsIn, rowsOut, seconds, artifactCount } = result;
  if (cached) return null;
  // Not rowsOut: a step that decides (no enhancement is kept) rightly writes its records and not a row.
  if (artifactCount === 0) return `read ${rowsIn} rows and left no artifact`;
  if (seconds < LEAST_SECONDS) return `computed in ${seconds} s, less than a child process needs to answer`;
  const rows = Math.max(rowsIn, rowsOut);
  return rows > MOST_ROWS_PER_SECOND * seconds ? `${rows} rows in ${seconds} s, more than ${MOST_ROWS_PER_SECOND / 1_000_000} million a second` : null;
}
