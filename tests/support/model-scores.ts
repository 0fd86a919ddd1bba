/** Out-of-fold scores of model families on the real ETHUSDT bars, each less those of the base rate, with intervals by block bootstrap. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runStepInProcess } from '../../activities/in-process-steps.js';
import { modelFamilies } from '../../activities/model-families.js';
import { SEARCH_SPACES } from '../../activities/search-spaces.js';
import { searchSpecialist } from '../../activities/specialist-search.js';
import { loadAnalystExamples, valuesAt } from '../../activities/specialist-examples.js';
import type { SpecialistExamples } from '../../activities/specialist-examples.js';
import { planSpecialistFolds } from '../../activities/specialist-folds.js';
import type { SpecialistFold } from '../../activities/specialist-folds.js';
import { familyParameters } from '../../activities/specialist-parameters.js';
import type { OutOfFold } from '../../activities/specialist-scores.js';
import { baseRateScores, scoreOwnRows } from '../../activities/specialist-scores.js';
import type { ProbabilityScores } from '../../activities/specialist-record.js';
import { predictOutOfFold } from '../../activities/specialist-training.js';
import type { Bars } from '../../core/data/bars.js';
import { lowerBound, sliceBars, upperBound } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { POOLED } from '../../core/regimes/regime-names.js';
import { stationaryBootstrap } from '../../core/stats/block-bootstrap.js';
import { quantile } from '../../core/stats/quantile.js';
import { makeRandom } from '../../core/stats/random.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { planSegments } from '../../pipeline/plan.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepContext, StepFunction } from '../../pipeline/step-context.js';
import { analystEnhancement } from '../../pipeline/steps/analyst-enhancement.js';
import type { AnalystEnhancementParameters } from '../../pipeline/steps/analyst-enhancement.js';
import { aucInterval } from './auc-interval.js';
import { chainPorts, runChain } from './chain-run.js';
import { makePlan } from './make-plan.js';
import { realBars } from './real-series.js';

const BARS = 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz';
const FUNDING = 'ETHUSDT-fundingRate-2025-03-06_2025-06-15.csv.gz';
const WINDOW = { fromMs: Date.UTC(2025, 4, 5), toMs: Date.UTC(2025, 5, 15) };
const MINUTE_MS = 60_000;

/** The family that step 6 searches under an id of its own. */
const TUNED = 'lightgbm-tuned';
export const TUNED_TRIALS = 20;
export const FOLDS = 5;
export const SEED = 7;
/** Mean block of the bootstrap: a day of bars, 12 times the longest label. */
export const BLOCK_ROWS = 96;
export const SAMPLES = 2000;
const LEVEL = 0.95;

/** A value with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface FamilyScore {
  readonly family: string;
  readonly scores: ProbabilityScores;
  /** Of the family less that of the base rate: below 0 is better. */
  readonly logLoss: Interval;
  readonly brier: Interval;
  /** Within folds, rows of equal weight. */
  readonly auc: Interval;
  /** Of all folds, on the machine that ran it. */
  readonly seconds: number;
}

export interface ModelScores {
  readonly baseline: ProbabilityScores;
  readonly rows: number;
  readonly features: number;
  readonly families: readonly FamilyScore[];
}

/** The plan: analyst bars of 15m over 41 days, nearly all of them train; seed 7. */
function realPlan(): RunPlan {
  const plan = makePlan({ preset: 'dev', seed: SEED, models: 'all', folds: FOLDS, maxTrials: TUNED_TRIALS });
  const shares = { train: 0.97, calibration: 0.01, selection: 0.01, test: 0.01 };
  const segments = planSegments(WINDOW, { shares, periodMs: 15 * MINUTE_MS, embargoMs: plan.embargoMs });
  return { ...plan, window: WINDOW, segments };
}

/** Ids of all registered families. */
export async function registeredFamilies(): Promise<readonly string[]> {
  return Object.keys(await modelFamilies(chainPorts()));
}

/** Steps 2 to 4 on the real bars, then each family on the folds of POOLED by the functions of steps 5 and 6. */
export async function scoreModels(data: string, families: readonly string[]): Promise<ModelScores> {
  const plan = realPlan();
  const memory = await runChain({
    plan,
    bars: windowOf(realBars(data, BARS, MINUTE_MS)),
    funding: realFunding(data),
    until: 'analyst-labeling-feature-engineering',
  });
  let result: ModelScores | null = null;
  const run: StepFunction<AnalystEnhancementParameters> = async (context) => {
    result = await scoreInContext(context, families);
  };
  await runStepInProcess({ definition: { ...analystEnhancement, units: () => [] }, run }, plan, {
    memory,
    ports: chainPorts(),
    execution: { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
  if (result === null) throw new Error('expected scores, found none');
  return result;
}

type Context = StepContext<AnalystEnhancementParameters>;

async function scoreInContext(context: Context, families: readonly string[]): Promise<ModelScores> {
  const examples = await loadAnalystExamples(context.inputs, POOLED);
  const folds = planSpecialistFolds(examples, { ...context.parameters, isPooled: true });
  if ('reason' in folds) throw new Error(folds.reason);
  const scored: FamilyScore[] = [];
  let baseline: ProbabilityScores | null = null;
  for (const id of families) {
    const started = performance.now();
    const outOfFold = await predict(context, { examples, folds, id });
    const seconds = (performance.now() - started) / 1000;
    baseline ??= baseRateScores(examples, { folds, outOfFold, later: new Int32Array(0) }).ownRows;
    scored.push({ family: id, scores: scoreOwnRows(examples, outOfFold), ...intervalsOf(examples, folds, outOfFold), seconds });
  }
  if (baseline === null) throw new RangeError('expected at least one family, found none');
  return { baseline, rows: baseline.rows, features: examples.keptColumns.length, families: scored };
}

async function predict(
  context: Context,
  { examples, folds, id }: { examples: SpecialistExamples; folds: readonly SpecialistFold[]; id: string },
): Promise<OutOfFold> {
  const family = (await modelFamilies(context.ports))[id];
  if (family === undefined) throw new RangeError(`unknown family ${id}`);
  if (id === TUNED) {
    const log = await context.outputs.log(`trials/${POOLED}`, 'ares.trials');
    return (await searchSpecialist(context, { regime: POOLED, examples, folds, family, space: SEARCH_SPACES[TUNED]!, log })).outOfFold;
  }
  const unit = { regime: POOLED, family, parameters: await familyParameters(context, family, examples) };
  return predictOutOfFold(context, examples, { unit, folds });
}

function intervalsOf(examples: SpecialistExamples, folds: readonly SpecialistFold[], outOfFold: OutOfFold): Pick<FamilyScore, 'logLoss' | 'brier' | 'auc'> {
  const rates = new Map(
    folds.map(({ fold, fit }) => [fold, fit.y.reduce((sum, value, i) => sum + value * fit.weights[i]!, 0) / fit.weights.reduce((sum, w) => sum + w, 0)]),
  );
  const y = valuesAt(examples.label, outOfFold.positions);
  const weights = valuesAt(examples.uniqueness, outOfFold.positions);
  const { probability: p, fold } = outOfFold;
  const difference = (loss: (label: number, forecast: number) => number): Float64Array =>
    y.map((label, i) => loss(label, p[i]!) - loss(label, rates.get(fold[i]!)!));
  const { auc, low, high } = aucInterval({ y, p, fold }, { block: BLOCK_ROWS, samples: SAMPLES, seed: 99 });
  return {
    logLoss: meanInterval(
      difference((label, forecast) => -Math.log(label === 1 ? forecast : 1 - forecast)),
      weights,
    ),
    brier: meanInterval(
      difference((label, forecast) => (label - forecast) ** 2),
      weights,
    ),
    auc: { value: auc, low, high },
  };
}

/** Weighted mean of a series in time order; differences and weights are drawn together. */
function meanInterval(values: Float64Array, weights: Float64Array): Interval {
  const random = makeRandom(99);
  const indices = new Int32Array(values.length);
  const mean = (at: (i: number) => number): number => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const row = at(i);
      sum += weights[row]! * values[row]!;
      total += weights[row]!;
    }
    return sum / total;
  };
  const drawn = Float64Array.from({ length: SAMPLES }, () => {
    stationaryBootstrap(indices, values.length, BLOCK_ROWS, random);
    return mean((i) => indices[i]!);
  }).sort();
  return { value: mean((i) => i), low: quantile(drawn, (1 - LEVEL) / 2), high: quantile(drawn, (1 + LEVEL) / 2) };
}

function windowOf(bars: Bars): Bars {
  return sliceBars(bars, lowerBound(bars.openTimeMs, WINDOW.fromMs), upperBound(bars.closeTimeMs, WINDOW.toMs));
}

function realFunding(data: string): Table {
  const lines = gunzipSync(readFileSync(join(data, 'futures', FUNDING)))
    .toString()
    .trim()
    .split('\n')
    .slice(1);
  const rows = lines.map((line) => line.split(',').map(Number)).filter(([timeMs]) => timeMs! >= WINDOW.fromMs && timeMs! < WINDOW.toMs);
  return makeTable({
    timeMs: Float64Array.from(rows, (row) => row[0]!),
    rate: Float64Array.from(rows, (row) => row[1]!),
    markPrice: new Float64Array(rows.length).fill(Number.NaN),
  });
}
