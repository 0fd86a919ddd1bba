/** The values that step 12 may choose from, a space a group. */
import type { SearchSpace } from '../optimization/search-space.js';
import type { ParameterGroup } from './strategy-parameters.js';

/**
 * Bounds are inclusive. Sizing never exceeds the capital (no leverage), and no limit of loss can be switched off.
 * The choice barriers stay those of the labels up to a factor, so probabilities keep their meaning near 1.
 */
export const STRATEGY_SPACE: Readonly<Record<ParameterGroup, SearchSpace>> = {
  thresholds: {
    analyst: { kind: 'float', low: 0.5, high: 0.7 },
    tactician: { kind: 'float', low: 0.35, high: 0.75 },
  },
  sizing: {
    rule: { kind: 'choice', values: ['bet-size', 'kelly'] },
    kellyFraction: { kind: 'float', low: 0.1, high: 1 },
    maximumPosition: { kind: 'float', low: 0.1, high: 1 },
  },
  risk: {
    takeProfitScale: { kind: 'float', low: 0.7, high: 1.5 },
    stopLossScale: { kind: 'float', low: 0.7, high: 1.5 },
    dailyLossLimit: { kind: 'float', low: 0.01, high: 0.1, log: true },
    maximumDrawdown: { kind: 'float', low: 0.05, high: 0.4, log: true },
  },
  ensemble: { pooledWeight: { kind: 'float', low: 0, high: 1 } },
  regime: {
    BULL: { kind: 'float', low: 0, high: 1 },
    BEAR: { kind: 'float', low: 0, high: 1 },
    SIDEWAYS: { kind: 'float', low: 0, high: 1 },
    VOLATILE: { kind: 'float', low: 0, high: 1 },
  },
  timing: {
    holdingScale: { kind: 'float', low: 0.5, high: 1.5 },
    entryDelayBars: { kind: 'int', low: 0, high: 5 },
  },
};
