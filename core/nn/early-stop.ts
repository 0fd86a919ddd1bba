/** Early stopping with patience: training ends after so many checks without a lower loss, and the best state is kept. */

export interface BestEpoch {
  readonly loss: number;
  readonly epoch: number;
  readonly weights: Float32Array;
}

/** Before the first check. */
export const NO_BEST: BestEpoch = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: new Float32Array(0) };

/** Whether another epoch is due: fewer than `patience` checks have passed since the best. */
export function goesOn(best: BestEpoch, epochsDone: number, patience: number): boolean {
  return epochsDone - best.epoch < patience;
}
