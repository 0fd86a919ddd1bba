/** Rows of the quality table. */
import type { QualityFinding } from '../../pipeline/market-source.js';

/** A finding; file is a base name, so that the table does not depend on where the files lie. */
export function finding(found: Pick<QualityFinding, 'action' | 'check' | 'detail'> & Partial<QualityFinding>): QualityFinding {
  return { count: 1, file: '', line: 0, timeMs: Number.NaN, ...found };
}

/** A time as people write it. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
