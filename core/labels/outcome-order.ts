/** When outcomes become known along a stream of predictions: what anything that learns from them on the way may use. */
import { upperBound } from '../data/bars.js';
import { LookAheadLeak } from '../errors.js';

export interface OutcomeOrder {
  /** Rows by the time their outcome is known, equal times by row; rows whose outcome is never known are left out. */
  readonly rows: Int32Array;
  /** One a row: how many of `rows` are known when its own prediction is made. */
  readonly known: Int32Array;
}

/**
 * The order of predictions made at `startMs` (ascending) whose outcomes are known at `endMs` (NaN = never): an outcome counts from the first
 * prediction at or after its end.
 * @throws LookAheadLeak on an outcome that is known at or before its own prediction; RangeError on times that do not ascend or lengths that differ.
 */
export function outcomeOrder(startMs: Float64Array, endMs: Float64Array): OutcomeOrder {
  if (startMs.length !== endMs.length) throw new RangeError(`expected an end for each of ${startMs.length} predictions, found ${endMs.length}`);
  for (let i = 0; i < startMs.length; i++) {
    if (i > 0 && !(startMs[i] >= startMs[i - 1]))
      throw new RangeError(`expected ascending prediction times, found ${startMs[i]} after ${startMs[i - 1]} in row ${i}`);
    if (endMs[i] <= startMs[i]) throw new LookAheadLeak(`row ${i}: its outcome would be known at ${endMs[i]}, no later than the prediction at ${startMs[i]}`);
  }
  const rows = Int32Array.from(startMs.keys()).filter((row) => !Number.isNaN(endMs[row]));
  rows.sort((a, b) => endMs[a] - endMs[b] || a - b);
  const ends = Float64Array.from(rows, (row) => endMs[row]);
  return { rows, known: Int32Array.from(startMs, (time) => upperBound(ends, time)) };
}

/** The order of `count` rows whose outcomes are each known `delay` rows later. @throws RangeError for a delay below 1. */
export function outcomesAfter(count: number, delay: number): OutcomeOrder {
  if (!(delay >= 1)) throw new RangeError(`expected a delay of at least 1 row, found ${delay}`);
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  return { rows, known: rows.map((row) => Math.max(0, row - delay + 1)) };
}
