/** Early stopping: which round was best, and when to give up hoping for a better one. */

export interface BestRound {
  /** Rounds up to and including the best one so far; 0 before the first score. */
  readonly rounds: number;
  /** Takes the score of the next round; false once `patience` rounds in a row were no better than the best. A NaN score is no improvement. */
  see(score: number): boolean;
}

/** @throws RangeError when patience is no whole number above zero. */
export function makeBestRound(patience: number, isLargerBetter: boolean): BestRound {
  if (!(Number.isInteger(patience) && patience > 0)) throw new RangeError(`expected patience to be a whole number above 0, found ${patience}`);
  let best = Number.NEGATIVE_INFINITY;
  let bestRounds = 0;
  let seen = 0;
  return {
    get rounds() {
      return bestRounds;
    },
    see: (score) => {
      seen += 1;
      const value = isLargerBetter ? score : -score;
      if (value > best) {
        best = value;
        bestRounds = seen;
      }
      return seen - bestRounds < patience;
    },
  };
}
