/** Artifacts of steps 3, 4 and 8 made directly, with a planted signal, for tests of the training steps. */
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeArtifactMemory, memoryOutputs, runStepInProcess } from '../../activities/in-process-steps.js';
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import { makeXgboost } from '../../adapters/xgboost/index.js';
import { makeTable, takeRows } from '../../core/data/table.js';
import type { Table } from '../../core/data/table.js';
import { computeUniqueness } from '../../core/labels/uniqueness.js';
import { POOLED, REGIMES } from '../../core/regimes/regime-names.js';
import { makeRandom } from '../../core/stats/random.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepPorts } from '../../pipeline/ports.js';
import type { Execution, StepFunction } from '../../pipeline/step-context.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { makePlan } from './make-plan.js';

const PERIOD_MS = 900_000;
const HOLD_BARS = 4;

/** The libraries that training uses; every other port is absent, so using one fails. */
const PORTS = { gradientBoosting: makeGradientBoosting(), xgboost: makeXgboost(), tensorBackend: () => openTensorBackend() } as unknown as StepPorts;
const EXECUTION: Execution = { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} };
const SIGNAL = { aborted: false, throwIfAborted: (): void => undefined };

export interface Examples {
  readonly rowCount: number;
  /** Regime number of each row. */
  readonly regime: Int32Array;
  readonly segment: readonly string[];
  readonly label: Float64Array;
  readonly features: Readonly<Record<string, Float64Array>>;
}

/** 900 rows (600 train, 150 calibration, 150 selection) in blocks of 25 of a regime; `signal` carries the label, VOLATILE has 20 rows. */
export function plantExamples(seed: number, strength = 1): Examples {
  const random = makeRandom(seed);
  const rowCount = 900;
  const signal = Float64Array.from({ length: rowCount }, () => random.normal());
  const noise = signal.map(() => random.normal());
  return {
    rowCount,
    regime: Int32Array.from({ length: rowCount }, (_, row) => (row < 20 ? 3 : Math.floor(row / 25) % 3)),
    segment: Array.from({ length: rowCount }, (_, row) => (row < 600 ? 'train' : row < 750 ? 'calibration' : 'selection')),
    label: signal.map((value) => (strength * value + random.normal() > 0 ? 1 : 0)),
    features: { signal, noise, twin: noise.map((value) => 2 * value), flat: new Float64Array(rowCount).fill(3) },
  };
}

/** Spans of the rows' labels: a bar's close to four bars later; no outcome in the last rows of a segment is used elsewhere. */
function spans(rowCount: number): { closeTimeMs: Float64Array; labelEndMs: Float64Array } {
  const closeTimeMs = Float64Array.from({ length: rowCount }, (_, row) => Date.UTC(2024, 0, 1) + (row + 1) * PERIOD_MS);
  return { closeTimeMs, labelEndMs: closeTimeMs.map((time) => time + HOLD_BARS * PERIOD_MS) };
}

/** A memory with the analyst's and the tactician's labels, features, pruning and datasets of the examples. */
export async function memoryOf(examples: Examples): Promise<ArtifactMemory> {
  const memory = makeArtifactMemory();
  const { rowCount, regime, segment, label, features } = examples;
  const { closeTimeMs, labelEndMs } = spans(rowCount);
  const uniqueness = computeUniqueness(closeTimeMs, labelEndMs);
  const row = Int32Array.from({ length: rowCount }, (_, i) => i);
  const missing = new Float64Array(rowCount).fill(Number.NaN);
  const zero = new Float64Array(rowCount);
  const featureTable = makeTable({ closeTimeMs, ...features });
  const step4 = memoryOutputs(memory, 'analyst-labeling-feature-engineering');
  await step4.table(
    'labels',
    'ares.labels',
    makeTable({
      closeTimeMs,
      labelEndMs,
      label,
      barrier: new Int32Array(rowCount),
      logReturn: missing,
      volatility: missing,
      uniqueness,
      regime,
      segment,
    }),
  );
  await step4.json('label-choice', 'ares.label-choice', { bootstrapSeed: null });
  await step4.table('features', 'ares.features', featureTable);
  await step4.table('pruning', 'ares.pruning', pruningOf(features));
  const step3 = memoryOutputs(memory, 'regime-data-splitting');
  const all = makeTable({ row, closeTimeMs, segment });
  for (const [index, name] of REGIMES.entries())
    await step3.table(
      `dataset/${name}`,
      'ares.dataset',
      takeRows(
        all,
        row.filter((i) => regime[i] === index),
      ),
    );
  await step3.table(`dataset/${POOLED}`, 'ares.dataset', all);
  const step8 = memoryOutputs(memory, 'tactician-labeling');
  await step8.table(
    'labels',
    'ares.tactician-labels',
    makeTable({
      row,
      closeTimeMs,
      entryTimeMs: closeTimeMs.map((time) => time + 60_000),
      side: new Int32Array(rowCount).fill(1),
      label,
      labelEndMs,
      netReturn: zero,
      volatility: zero,
      uniqueness,
      regime,
      segment,
      fold: new Int32Array(rowCount),
    }),
  );
  await step8.table('features', 'ares.features', makeTable({ closeTimeMs: closeTimeMs.map((time) => time + 60_000), ...features }));
  return memory;
}

function pruningOf(features: Examples['features']): Table {
  const names = Object.keys(features);
  const kept = names.map((name) => name !== 'twin' && name !== 'flat');
  return makeTable({
    feature: names,
    kept: Uint8Array.from(kept, Number),
    stage: names.map(() => 'kept'),
    statistic: new Float64Array(names.length),
    reason: names.map(() => ''),
  });
}

/** The plan of these tests: one search trial, 4 folds. */
export function specialistPlan(trials = 1): RunPlan {
  return makePlan({ preset: 'quick-test', labels: { holdingBars: [HOLD_BARS] }, maxTrials: trials });
}

/** Runs a training step over the memory; `threads` changes no value. */
export async function runTraining(
  memory: ArtifactMemory,
  work: readonly [StepDefinition, StepFunction],
  options: { threads?: number; plan?: RunPlan } = {},
): Promise<void> {
  const [definition, step] = work;
  await runStepInProcess({ definition, run: step }, options.plan ?? specialistPlan(), {
    memory,
    ports: PORTS,
    execution: { ...EXECUTION, threads: options.threads ?? 1 },
    signal: SIGNAL,
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
}
