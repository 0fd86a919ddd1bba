/** The run that faults are injected into: all sixteen steps, small, with a checkpoint interval of two seconds. */
import type { RunSpecInput } from '../../pipeline/config.js';

/** Most work, in ms, that a fault may cost where a step has parts to keep. */
export const CHECKPOINT_MS = 2000;

export const FAULT_SPEC: RunSpecInput = {
  symbol: 'FAULTUSDT',
  simulation: { tradesPerMinute: 3 },
  retentionDays: 4,
  timeframe: '15m',
  features: 'minimal',
  maxTrials: 2,
  folds: 2,
  walkForwardWindows: 1,
  bootstrapPaths: 100,
  segmentDays: 2,
  autoCheckpointMinutes: CHECKPOINT_MS / 60_000,
};
