/** What a specialist looks at: written once a model by steps 5, 6 and 9, on few rows, for reading and never for choosing. */
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { attentionByLag, showsAttention, variableWeights } from '../core/explanations/attention-profile.js';
import { permutationImportance } from '../core/explanations/permutation-importance.js';
import { explainByPermutation } from '../core/explanations/permutation-shap.js';
import type { ContributionSummary } from '../core/explanations/summarize-contributions.js';
import { checkAddsUp, summarizeContributions } from '../core/explanations/summarize-contributions.js';
import type { Classifier, Explanation, FitData, Matrix } from '../core/models/model.js';
import { blockRows, latestRows, spacedRows } from '../core/sampling/time-sample.js';
import { makeRandom } from '../core/stats/random.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { FittedSpecialist } from './fitted-specialist.js';
import type { SpecialistExamples } from './specialist-examples.js';
import { positionsWhere, valuesAt } from './specialist-examples.js';

/** Rows that are explained, and rows that are shuffled: one in so many of the fit's, between the limits. */
const ROWS_A_SAMPLE = 32;
const SAMPLE_LIMITS = [32, 256] as const;
/** Explained train rows are drawn in blocks of neighbours. */
const BLOCK_ROWS = 16;
/** Without exact contributions a model may be asked for half as many predictions as its fit had rows, and for as many again to shuffle. */
const PREDICTIONS_A_ROW = 0.5;
const PREDICTION_LIMIT = 4096;
/** Train rows that stand for an unknown value; even, for walks come in pairs. */
const BACKGROUND_ROWS = 4;
/** Features that are shuffled, the strongest, and how often. */
const SHUFFLED_FEATURES = 10;
const SHUFFLES = 2;

/**
 * Writes `explanation/REGIME/family` (schema ares.explanation), and `attention/REGIME/family` (ares.attention) where the model has attention.
 * @throws NumericalError when contributions do not add up to the model's predictions
 */
export async function explainSpecialist(context: StepContext, examples: SpecialistExamples, { unit, fit, bytes }: FittedSpecialist): Promise<void> {
  const name = `${unit.regime}/${unit.family.id}`;
  const model = unit.family.load(bytes);
  try {
    const historyRows = Number(unit.parameters['window'] ?? unit.family.defaults['window'] ?? 1) - 1;
    const work = { context, name, model, fit, historyRows };
    const explained = explain(work);
    const strength = summarizeContributions(explained.explanation, fit.features, explained.rows);
    const shuffled = shuffle(work, examples, strongestFirst(strength).subarray(0, SHUFFLED_FEATURES));
    await context.outputs.table(`explanation/${name}`, 'ares.explanation', explanationTable(work, { ...explained, ...strength }, shuffled));
    const attention = showsAttention(model) ? attentionByLag(model, fit.features, explained.rows) : null;
    if (attention !== null) await context.outputs.table(`attention/${name}`, 'ares.attention', attentionTable(attention, explained.rows.length));
  } finally {
    model.dispose();
  }
}

interface Work {
  readonly context: StepContext;
  readonly name: string;
  readonly model: Classifier;
  readonly fit: FitData;
  /** Rows before its own that the model looks back on. */
  readonly historyRows: number;
}

interface Explained {
  readonly method: 'exact' | 'permutation-shap';
  readonly rows: Int32Array;
  readonly explanation: Explanation;
}

/** Contributions to a sample of the rows that the model was fitted on: the model's own where it has them, else by walks from train rows. */
function explain({ context, name, model, fit, historyRows }: Work): Explained {
  const { features, rows: all } = fit;
  const random = makeRandom(context.seed(name, 'explained rows'));
  const sample = blockRows(all, sampleSize(fit), { blockLength: BLOCK_ROWS, random });
  const exact = model.explain?.(features, sample) ?? null;
  if (exact !== null) {
    return { method: 'exact', rows: sample, explanation: checkAddsUp(exact, model.predictProba(features, sample), name) };
  }
  const whole = all.filter((row) => row >= historyRows);
  const usable = whole.length === 0 ? all : whole;
  const background = spacedRows(usable, BACKGROUND_ROWS);
  const rows = blockRows(usable, Math.max(1, Math.floor(predictionBudget(fit) / (background.length * (features.columnCount + 1)))), { blockLength: 1, random });
  const history = whole.length === 0 ? 0 : historyRows;
  const explanation = explainByPermutation(
    model,
    { features, rows },
    { background, seed: context.seed(name, 'walks'), historyRows: history, signal: context.signal },
  );
  return { method: 'permutation-shap', rows, explanation: checkAddsUp(explanation, model.predictProba(features, rows), name) };
}

function sampleSize({ rows }: FitData): number {
  const [least, most] = SAMPLE_LIMITS;
  return Math.max(least, Math.min(most, Math.floor(rows.length / ROWS_A_SAMPLE)));
}

function predictionBudget({ rows }: FitData): number {
  return Math.min(PREDICTION_LIMIT, Math.floor(PREDICTIONS_A_ROW * rows.length));
}

interface Shuffled {
  readonly rows: number;
  readonly rise: Float64Array;
  readonly deviation: Float64Array;
}

/** Rise of the log loss on the regime's latest rows of the calibration segment, which no fit has seen; NaN where there are none. */
function shuffle({ context, name, model, fit, historyRows }: Work, examples: SpecialistExamples, columns: Int32Array): Shuffled {
  const later = positionsWhere(examples, (i) => examples.own[i] === 1 && examples.segment[i] === 'calibration' && !Number.isNaN(examples.label[i]));
  const affordable = model.explain === undefined ? Math.max(2, Math.floor(predictionBudget(fit) / (SHUFFLES * columns.length))) : sampleSize(fit);
  const rows = latestRows(later, Math.min(sampleSize(fit), affordable));
  const none = new Float64Array(fit.featureNames.length).fill(Number.NaN);
  if (rows.length < 2) return { rows: 0, rise: none, deviation: none };
  const first = Math.max(0, (rows[0] as number) - historyRows);
  const importance = permutationImportance(
    model,
    {
      features: rowsBetween(fit.features, first, (rows.at(-1) as number) + 1),
      rows: rows.map((row) => row - first),
      y: valuesAt(examples.label, rows),
      weights: valuesAt(examples.uniqueness, rows),
    },
    { seed: context.seed(name, 'shuffles'), shuffles: SHUFFLES, columns, signal: context.signal },
  );
  return { rows: rows.length, rise: importance.rise, deviation: importance.deviation };
}

function rowsBetween({ columnCount, values }: Matrix, from: number, to: number): Matrix {
  return { rowCount: to - from, columnCount, values: values.subarray(from * columnCount, to * columnCount) };
}

function strongestFirst({ strength }: ContributionSummary): Int32Array {
  return Int32Array.from(strength.keys()).sort((a, b) => (strength[b] as number) - (strength[a] as number) || a - b);
}

/** One row a feature, the strongest first. */
function explanationTable({ model, fit }: Work, { method, rows, explanation, strength, direction }: Explained & ContributionSummary, by: Shuffled): Table {
  const order = strongestFirst({ strength, direction });
  const own = model.featureImportance();
  const selected = showsAttention(model) ? variableWeights(model, fit.features, rows) : null;
  const take = (values: Float64Array | null): Float64Array => Float64Array.from(order, (j) => values?.[j] ?? Number.NaN);
  const all = (value: number): Int32Array => new Int32Array(order.length).fill(value);
  return makeTable({
    feature: Array.from(order, (j) => fit.featureNames[j] as string),
    contribution: take(strength),
    direction: take(direction),
    permutation: take(by.rise),
    permutationDeviation: take(by.deviation),
    importance: take(own),
    selection: take(selected),
    method: Array.from(order, () => method),
    scale: Array.from(order, () => explanation.scale),
    rows: all(rows.length),
    permutedRows: all(by.rows),
  });
}

/** One row a lag, 0 = the predicted row itself. */
function attentionTable(weights: Float64Array, rows: number): Table {
  return makeTable({ lag: Int32Array.from(weights.keys()), weight: weights, rows: new Int32Array(weights.length).fill(rows) });
}
