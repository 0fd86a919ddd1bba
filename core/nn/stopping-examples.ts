/** Which examples a network is fitted on, and which later ones stop its training. */

/** With fewer validation examples than this, or one class of them, a fixed number of epochs runs on all examples. */
const MINIMUM_VALIDATION = 20;

export interface Labelled {
  readonly rows: Int32Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

/** Positions [0, until) to fit on and [from, length) that stop the training, a purge apart; null where those are too few to tell. */
export function splitForStopping({ rows, y }: Labelled, share: number, purgeRows: number): { readonly until: number; readonly from: number } | null {
  const from = rows.length - Math.floor(rows.length * share);
  const until = from < rows.length ? rows.findIndex((row) => row > rows[from] - 1 - purgeRows) : -1;
  const ones = y.subarray(from).reduce((sum, value) => sum + value, 0);
  const held = rows.length - from;
  return held < MINIMUM_VALIDATION || ones === 0 || ones === held || until < MINIMUM_VALIDATION ? null : { until, from };
}
