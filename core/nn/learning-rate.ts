/** The learning rate of each step. */

export type Schedule = 'constant' | 'cosine';

export interface LearningRate {
  readonly learningRate: number;
  /** `cosine` falls to 0 along half a cosine by the last step (Loshchilov and Hutter 2017). */
  readonly schedule: Schedule;
  /** Steps over which the rate rises evenly from 0, before the schedule begins. */
  readonly warmUpSteps: number;
  readonly totalSteps: number;
}

/** The rate of a step, counted from 1. */
export function learningRateAt({ learningRate, schedule, warmUpSteps, totalSteps }: LearningRate, step: number): number {
  if (step <= warmUpSteps) return (learningRate * step) / warmUpSteps;
  if (schedule === 'constant') return learningRate;
  const done = (step - warmUpSteps - 1) / Math.max(1, totalSteps - warmUpSteps);
  return (learningRate * (1 + Math.cos(Math.PI * done))) / 2;
}

/** A schedule's name. @throws RangeError on another. */
export function checkSchedule(value: unknown): Schedule {
  if (value !== 'constant' && value !== 'cosine') throw new RangeError(`expected parameter schedule to be constant or cosine, found ${String(value)}`);
  return value;
}
