/** How much may be asked of a host in any stretch of time: pure arithmetic over times given as numbers. */

export interface RequestLimit {
  /** Most weight in any stretch of intervalMs. */
  readonly weight: number;
  readonly intervalMs: number;
}

export interface RequestBudget {
  /** Time from nowMs until `weight` more fits; 0 = at once. @throws RangeError when it never fits */
  waitMs(weight: number, nowMs: number): number;
  /** Counts a request that begins at nowMs. Times never go back from call to call. */
  spend(weight: number, nowMs: number): void;
  /** The host's own count of its current interval: what it counted beyond ours was spent by others at our address. */
  observe(counted: number, nowMs: number): void;
}

/**
 * A budget whose weights sum to at most `limit.weight` over every half-open stretch of `limit.intervalMs`. A host that counts by the
 * clock's minutes never sees more than that in one of them, whatever its minutes begin at.
 */
export function makeRequestBudget(limit: RequestLimit): RequestBudget {
  const times: number[] = [];
  const weights: number[] = [];
  let first = 0;
  let spent = 0;
  const forget = (nowMs: number): void => {
    while (first < times.length && times[first]! + limit.intervalMs <= nowMs) spent -= weights[first++]!;
    if (first > 1000) {
      times.splice(0, first);
      weights.splice(0, first);
      first = 0;
    }
  };
  const add = (weight: number, nowMs: number): void => {
    times.push(nowMs);
    weights.push(weight);
    spent += weight;
  };
  return {
    waitMs: (weight, nowMs) => {
      if (weight > limit.weight) throw new RangeError(`expected a request of weight at most ${limit.weight}, found ${weight}`);
      forget(nowMs);
      let left = spent;
      let at = first;
      while (left + weight > limit.weight && at < times.length) left -= weights[at++]!;
      return at === first ? 0 : times[at - 1]! + limit.intervalMs - nowMs;
    },
    spend: add,
    observe: (counted, nowMs) => {
      forget(nowMs);
      if (counted > spent) add(counted - spent, nowMs);
    },
  };
}
