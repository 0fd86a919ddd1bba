/** Which segment of the window a labelled row belongs to, and how unique its label is there. */
import { computeUniqueness } from '../core/labels/uniqueness.js';
import type { Segments } from '../pipeline/plan.js';

/** Segments that steps 2 to 12 may see; rows outside are `none`. */
const OPEN_SEGMENTS = ['train', 'calibration', 'selection'] as const;
export type OpenSegment = (typeof OPEN_SEGMENTS)[number];

/**
 * One name a row: the segment with fromMs <= decision time and labelEndMs <= toMs, else `none` (an outcome that is not known, NaN,
 * belongs nowhere).
 */
export function segmentsOfRows(segments: Segments, decisionMs: Float64Array, labelEndMs: Float64Array): (OpenSegment | 'none')[] {
  return Array.from(
    decisionMs,
    (time, row) => OPEN_SEGMENTS.find((name) => time >= segments[name].fromMs && (labelEndMs[row] ?? Number.NaN) <= segments[name].toMs) ?? 'none',
  );
}

/** Average uniqueness of each row's label among the labels of its own segment; NaN for rows of none. */
export function uniquenessBySegment(segmentOfRow: readonly string[], startMs: Float64Array, labelEndMs: Float64Array): Float64Array {
  const out = new Float64Array(startMs.length).fill(Number.NaN);
  for (const name of OPEN_SEGMENTS) {
    const ends = labelEndMs.map((end, row) => (segmentOfRow[row] === name ? end : Number.NaN));
    computeUniqueness(startMs, ends).forEach((value, row) => {
      if (segmentOfRow[row] === name) out[row] = value;
    });
  }
  return out;
}
