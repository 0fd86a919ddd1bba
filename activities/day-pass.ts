/** One pass over the days of a source, begun by the first day that is asked for. */
import { InvalidData } from '../core/errors.js';
import type { TradeDay } from '../pipeline/market-source.js';

export interface DayPass<Day> {
  /** Asked for in order; days that need not be read are left out. @throws InvalidData when the source ends before the day */
  day(wanted: string): Promise<Day>;
  close(): Promise<void>;
}

/** A pass by `read`, which is given the days from the first one asked for on: those that an earlier attempt left are not read again. */
export function openDayPass<Day extends { readonly day: string }>(
  days: readonly TradeDay[],
  read: (days: readonly TradeDay[]) => AsyncIterable<Day>,
): DayPass<Day> {
  let pass: AsyncIterator<Day> | null = null;
  return {
    day: async (wanted) => {
      pass ??= read(days.slice(days.findIndex(({ day }) => day === wanted)))[Symbol.asyncIterator]();
      for (let next = await pass.next(); next.done !== true; next = await pass.next()) if (next.value.day === wanted) return next.value;
      throw new InvalidData(`Invariant: the pass over the source ended before ${wanted}`);
    },
    close: async () => {
      await pass?.return?.();
    },
  };
}
