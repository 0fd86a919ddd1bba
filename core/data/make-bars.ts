/** Room for bars. */
import type { Bars } from './bars.js';
import { BAR_COLUMNS } from './bars.js';

/** `count` bars whose every column is zero, to be filled in; the named extras are there too. */
export function makeBars(count: number, extras: readonly string[] = []): Bars {
  const column = (name: string): readonly [string, Float64Array] => [name, new Float64Array(count)];
  return { ...(Object.fromEntries(BAR_COLUMNS.map(column)) as unknown as Omit<Bars, 'extras'>), extras: Object.fromEntries(extras.map(column)) };
}
