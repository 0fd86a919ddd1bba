/** Recursions that switch between states, such as trailing stops, with a memory of a stated number of bars. */
import { barsSinceMaximum } from './rolling-extreme.js';

export interface Recursion<State> {
  readonly create: () => State;
  /** Puts `state` to where the recursion is after its first bar. */
  readonly begin: (state: State, start: number) => void;
  /** Takes bar t in. */
  readonly step: (state: State, t: number) => void;
  readonly copy: (from: State, to: State) => void;
  /** True when both go on alike for ever. */
  readonly isSame: (a: State, b: State) => boolean;
}

export interface RecursionSpan {
  readonly high: Float64Array;
  /** First bar that may begin the recursion. */
  readonly first: number;
  readonly window: number;
}

/**
 * Calls back, at each bar from first + 2 window - 1 on, with the state of the recursion begun at the highest high of the `window` bars that
 * end `window` bars earlier: it rests on the last 2 window bars, not on where the series began, and has `window` bars or more to forget how
 * it was begun. Such a bar stays the same for long, and a new beginning soon agrees with the run over all bars, whose state stands in
 * from there on: a few steps a bar.
 */
export function boundedRecursion<State>(recursion: Recursion<State>, { high, first, window }: RecursionSpan, visit: (t: number, state: State) => void): void {
  const { create, begin, step, copy, isSame } = recursion;
  const { length } = high;
  if (first >= length) return;
  const ages = barsSinceMaximum(high, window);
  const recent = Array.from({ length: 2 * window }, create);
  const whole = create();
  const own = create();
  let anchor = -1;
  let isAgreed = false;
  begin(whole, first);
  for (let t = first + 1; t < length; t++) {
    step(whole, t);
    copy(whole, recent[t % recent.length]);
    if (t < first + 2 * window - 1) continue;
    const start = t - window - ages[t - window];
    if (start === anchor && !isAgreed) step(own, t);
    else if (start !== anchor) {
      anchor = start;
      isAgreed = false;
      begin(own, start);
      for (let u = start + 1; u <= t && !isAgreed; u++) {
        step(own, u);
        isAgreed = u < t && isSame(own, recent[u % recent.length]);
      }
    }
    visit(t, isAgreed ? whole : own);
  }
}
