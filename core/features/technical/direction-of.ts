/** Signs without a branch: those of returns cannot be predicted, and a wrong guess costs more than a division. */

/** 1 where the value is above 0, -1 where below, 0 where it is 0; NaN stays. */
export function directionOf(value: number): number {
  return value === 0 ? 0 : value / Math.abs(value);
}
