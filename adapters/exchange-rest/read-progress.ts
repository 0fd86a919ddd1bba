/** How far a read of trades is, in words: rows, rate, remaining time. */
import { performance } from 'node:perf_hooks';
import type { TradeDay } from '../../pipeline/market-source.js';

export interface ReadProgress {
  /** `rows` more were read, up to timeMs within the day. */
  add(rows: number, day: TradeDay, timeMs: number): void;
}

/** Tells at most once a second; the remaining time takes the rest of the window to be as busy as what was read. */
export function makeReadProgress(
  days: readonly TradeDay[],
  tell: { readonly say: ((message: string) => void) | undefined; readonly requests: () => number },
): ReadProgress {
  const beganMs = performance.now();
  const wholeMs = days.reduce((sum, day) => sum + day.toMs - day.fromMs, 0);
  const firstRequests = tell.requests();
  let rows = 0;
  let toldMs = beganMs;
  return {
    add: (more, day, timeMs) => {
      rows += more;
      const nowMs = performance.now();
      if (tell.say === undefined || nowMs - toldMs < 1000) return;
      toldMs = nowMs;
      const before = days.slice(0, days.indexOf(day)).reduce((sum, one) => sum + one.toMs - one.fromMs, 0);
      const share = Math.max(1e-9, (before + Math.min(timeMs, day.toMs) - day.fromMs) / wholeMs);
      const seconds = (nowMs - beganMs) / 1000;
      const left = Math.round(seconds * (1 / share - 1));
      tell.say(`${day.day}: ${rows} trades, ${Math.round(rows / seconds)} a second, ${tell.requests() - firstRequests} requests, about ${left} s left`);
    },
  };
}
