/** How wrong filled-in bars are: known bars are hidden, filled in, and compared. */
import type { Bars } from '../data/bars.js';
import { barCount, barsFromTable, barsToTable } from '../data/bars.js';
import { takeRows } from '../data/table.js';
import { InsufficientData } from '../errors.js';
import type { Random } from '../stats/random.js';
import { findTimeGaps } from './gaps.js';
import { imputeBars } from './impute-bars.js';

export interface ImputationError {
  /** Hidden bars that were filled in and compared. */
  readonly compared: number;
  /** Mean of |log(filled close / true close)|. */
  readonly meanAbsolute: number;
  readonly rootMeanSquare: number;
  /** Mean absolute log return of one bar in the same bars: the size of a move that carrying must miss. */
  readonly meanMove: number;
}

/**
 * The error of carrying the last close over `holes` random holes of `length` bars each, apart from one another and from the ends;
 * holes that touch a true gap are left out. The generator says where.
 * @throws InsufficientData when the bars have no room for the holes.
 */
export function imputationError(
  bars: Bars,
  periodMs: number,
  options: { readonly holes: number; readonly length: number; readonly random: Random },
): ImputationError {
  const { holes, length, random } = options;
  const n = barCount(bars);
  const room = Math.floor(n / holes);
  if (room < length + 2) throw new InsufficientData(`expected at least ${holes * (length + 2)} bars for ${holes} holes of ${length}, found ${n}`);
  const isHidden = new Uint8Array(n);
  for (let hole = 0; hole < holes; hole++) {
    const from = hole * room + 1 + random.below(room - length - 1);
    isHidden.fill(1, from, from + length);
  }
  const kept = Int32Array.from(isHidden.keys()).filter((row) => isHidden[row] === 0);
  const filled = imputeBars(barsFromTable(takeRows(barsToTable(bars), kept)), periodMs, { method: 'carry', maxBars: length });
  const closeAt = new Map(Array.from(filled.openTimeMs, (timeMs, row) => [timeMs, filled.close[row]]));
  const besideGap = new Set(findTimeGaps(bars.openTimeMs, periodMs).flatMap(({ afterRow }) => [afterRow, afterRow + 1]));
  const errors: number[] = [];
  let moves = 0;
  for (let row = 1; row < n; row++) {
    moves += Math.abs(Math.log(bars.close[row] / bars.close[row - 1]));
    const close = closeAt.get(bars.openTimeMs[row]);
    if (isHidden[row] === 1 && close !== undefined && !besideGap.has(row)) errors.push(Math.log(close / bars.close[row]));
  }
  return {
    compared: errors.length,
    meanAbsolute: errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length,
    rootMeanSquare: Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length),
    meanMove: moves / (n - 1),
  };
}
