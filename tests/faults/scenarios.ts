/** Every scenario of the fault suite, long ones first, so that they do not end alone. */
import { cancelScenario } from './cancel-step.js';
import { manyRunsScenario, twinRunsScenario } from './concurrent-runs.js';
import { damagedStoreScenario } from './damaged-store.js';
import type { FaultScenario } from './fault-world.js';
import { frozenChildScenario, frozenWorkerScenarios } from './frozen-process.js';
import { fullDiskScenario } from './full-disk.js';
import { killChildScenario } from './kill-child.js';
import { killLongWorkScenario } from './kill-long-work.js';
import { killWorkerScenarios } from './kill-worker.js';
import { leftOversScenario } from './left-overs.js';
import { outOfMemoryScenario } from './out-of-memory.js';
import { resetScenario } from './resets.js';
import { rollingRestartScenario } from './rolling-restart.js';
import { storeAnswersScenario, storeKilledScenario, storeParksScenario } from './store-faults.js';
import { databaseLostScenario, temporalKilledScenario } from './temporal-faults.js';

export const FAULT_SCENARIOS: readonly FaultScenario[] = [
  storeParksScenario,
  fullDiskScenario,
  killLongWorkScenario,
  killChildScenario,
  cancelScenario,
  ...killWorkerScenarios,
  ...frozenWorkerScenarios,
  storeAnswersScenario,
  storeKilledScenario,
  temporalKilledScenario,
  databaseLostScenario,
  frozenChildScenario,
  outOfMemoryScenario,
  damagedStoreScenario,
  rollingRestartScenario,
  resetScenario,
  leftOversScenario,
  twinRunsScenario,
  manyRunsScenario,
];
