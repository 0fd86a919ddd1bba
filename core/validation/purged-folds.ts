/** Purged k-fold splits with an embargo (Lopez de Prado 2018, Advances in Financial Machine Learning, chapter 7). */

/** One split: row numbers, ascending; a row that overlaps the test span or follows it too closely is in neither. */
export interface PurgedFold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface PurgedFoldsInput {
  /** Time each row's outcome begins, UTC ms, ascending. */
  readonly startMs: Float64Array;
  /** Time each row's outcome is known, UTC ms, at or after its start. */
  readonly endMs: Float64Array;
  /** Number of folds, from 2 to the number of rows. */
  readonly folds: number;
  /** Time after the last outcome of the test rows within which no train row may start; 0 = no embargo. */
  readonly embargoMs: number;
}

/**
 * One split a fold over time-ordered rows. Test parts are contiguous, cover every row once, and differ in size by at
 * most one (the first ones are larger). A train row is dropped when its half-open span [start, end) overlaps the test
 * span [first start, last end), and, given an embargo above 0, when it starts at or after the test's last end and no
 * later than that end plus the embargo.
 * @throws RangeError on times that are missing, out of order or end before they start, or a fold count out of range.
 */
export function planPurgedFolds(input: PurgedFoldsInput): readonly PurgedFold[] {
  checkInput(input);
  const { startMs, endMs, folds, embargoMs } = input;
  const count = startMs.length;
  const small = Math.floor(count / folds);
  const larger = count % folds;
  const plans: PurgedFold[] = [];
  let from = 0;
  for (let fold = 0; fold < folds; fold++) {
    const to = from + small + (fold < larger ? 1 : 0);
    const spanFrom = startMs[from];
    const spanTo = latest(endMs, from, to);
    const train: number[] = [];
    for (let row = 0; row < count; row++) {
      if (row >= from && row < to) continue;
      const start = startMs[row];
      const overlaps = start < spanTo && Math.max(endMs[row], start) > spanFrom;
      const embargoed = embargoMs > 0 && start >= spanTo && start <= spanTo + embargoMs;
      if (!overlaps && !embargoed) train.push(row);
    }
    plans.push({ train: Int32Array.from(train), test: Int32Array.from({ length: to - from }, (_, i) => from + i) });
    from = to;
  }
  return plans;
}

function latest(endMs: Float64Array, from: number, to: number): number {
  let last = endMs[from];
  for (let row = from + 1; row < to; row++) last = Math.max(last, endMs[row]);
  return last;
}

function checkInput({ startMs, endMs, folds, embargoMs }: PurgedFoldsInput): void {
  if (startMs.length !== endMs.length) throw new RangeError(`expected as many end times as start times (${startMs.length}), found ${endMs.length}`);
  if (!Number.isInteger(folds) || folds < 2 || folds > startMs.length) {
    throw new RangeError(`expected folds to be an integer from 2 to the number of rows (${startMs.length}), found ${folds}`);
  }
  if (!(embargoMs >= 0)) throw new RangeError(`expected embargoMs to be 0 or more, found ${embargoMs}`);
  for (let row = 0; row < startMs.length; row++) {
    const start = startMs[row];
    if (!Number.isFinite(start) || !(endMs[row] >= start)) {
      throw new RangeError(`expected row ${row} to end at or after its start ${start}, found ${endMs[row]}`);
    }
    if (row > 0 && start < startMs[row - 1])
      throw new RangeError(`expected start times in ascending order, found ${start} after ${startMs[row - 1]} at row ${row}`);
  }
}
