/** Room for bars. */
import type { Bars } from './bars.js';
import { BAR_COLUMNS } from './bars.js';

/** `count` bars whose every column is zero, to be filled in. */
export function makeBars(count: number): Bars {
  return Object.fromEntries(BAR_COLUMNS.map((name) => [name, new Float64Array(count)])) as unknown as Bars;
}
