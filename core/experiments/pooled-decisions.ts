/** Decisions of the pooled single model: the champion where none is registered. */
import type { Decisions } from '../backtest/decisions.js';

/**
 * The decisions that one model for all regimes gives on the same signals: its raw probability (identity calibration)
 * decides the side and stands for the probability of success; entries follow at the signal.
 */
export function pooledDecisions(decisions: Decisions): Decisions {
  const { signalTimeMs, pooled, volatility, regimes } = decisions;
  return {
    signalTimeMs,
    entryTimeMs: signalTimeMs,
    side: Int32Array.from(pooled, (p) => (p >= 0.5 ? 1 : -1)),
    analyst: pooled,
    tactician: pooled.map((p) => Math.max(p, 1 - p)),
    pooled,
    volatility,
    regimes,
  };
}
