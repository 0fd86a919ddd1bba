/** A stated rule by which a step's figures are called implausible: work that cannot have been done as it claims. */
import type { StepResult } from './artifacts.js';

/** Fewer rows than this say nothing about speed: they fit into the clock's resolution. */
const LEAST_ROWS = 1_000_000;
/** Rows read a second that no step reaches: bulk SQL over Parquet reads about 30 million a second on two cores. */
const MOST_ROWS_PER_SECOND = 300_000_000;

/**
 * Why a computed step's figures are implausible, or null. The rule: it read rows and wrote none, or it read more than
 * 300 million rows a second. A cached or supplied result computed nothing and is not judged.
 */
export function implausibleWork({ cached, rowsIn, rowsOut, seconds }: StepResult): string | null {
  if (cached) return null;
  if (rowsIn > 0 && rowsOut === 0) return `read ${rowsIn} rows and wrote none`;
  if (rowsIn < LEAST_ROWS || rowsIn <= MOST_ROWS_PER_SECOND * seconds) return null;
  return `read ${rowsIn} rows in ${seconds} s, more than ${MOST_ROWS_PER_SECOND / 1_000_000} million a second`;
}
