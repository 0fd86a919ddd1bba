/** The record of one evaluated point of a search; a row of ares.trials. */
import type { ParameterSet } from './search-space.js';

export interface Trial {
  /** From 0. */
  readonly trial: number;
  readonly parameters: ParameterSet;
  /** Smaller is better; null = the evaluation could tell nothing (its state says so). */
  readonly objective: number | null;
  readonly state: 'complete' | 'insufficient';
}
