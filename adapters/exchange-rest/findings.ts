/** Rows of the quality table. */
import type { QualityFinding } from '../../pipeline/market-source.js';

/** A finding; `file` is empty, since answers are no files. */
export function finding(found: Pick<QualityFinding, 'action' | 'check' | 'detail'> & Partial<QualityFinding>): QualityFinding {
  return { count: 1, file: '', line: 0, timeMs: Number.NaN, ...found };
}

/**
 * How many answers a series was made of. Repeated attempts are left out, so that the same data give the same rows whatever happened on
 * the way.
 */
export function requestsFinding(count: number, what: string): QualityFinding {
  return finding({ action: 'passed', check: 'requests', count, detail: `${count} answers of ${what}` });
}

/** A time as people write it. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
