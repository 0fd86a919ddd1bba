/** Step 11's account of certainty: conformal sets calibrated on calibration and measured on selection, and how far later rows are from train. */
import type { Coverage } from '../core/conformal/coverage.js';
import { measureCoverage } from '../core/conformal/coverage.js';
import type { Table } from '../core/data/table.js';
import { float64Column, textColumn } from '../core/data/table.js';
import { featureMatrix } from '../core/features/feature-matrix.js';
import { keptFeatures, pruneFeatures } from '../core/features/prune-features.js';
import type { LabelChoice } from '../core/labels/label-choice.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import type { Matrix } from '../core/models/model.js';
import type { NoveltyDetector } from '../core/models/novelty-detector.js';
import { fitNoveltyDetector } from '../core/models/novelty-detector.js';
import { REGIMES } from '../core/regimes/regime-names.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { EnsembleOutputs, Role } from './ensemble-outputs.js';
import type { LabelledPredictions, StoredRule } from './label-conformal.js';
import { ALPHA, adaptiveThresholds, fitLabelRule, rawPredictions, ruleThresholds } from './label-conformal.js';

/** The `uncertainty` artifact. */
export interface Uncertainty {
  readonly schema: 'ares.uncertainty';
  readonly analyst: RoleUncertainty;
  readonly tactician: RoleUncertainty;
}

export interface RoleUncertainty {
  readonly rule: StoredRule;
  /** Calibration rows with a known label. */
  readonly calibrationRows: number;
  /** On selection: of all rows, by the fixed rule; of each regime's rows; and by the adaptive level, which goes on learning. */
  readonly coverage: Coverage;
  readonly byRegime: Readonly<Record<string, Coverage>>;
  readonly adaptive: Coverage;
  readonly novelty: NoveltySummary;
}

export interface NoveltySummary {
  readonly features: number;
  readonly trainRows: number;
  readonly dissimilarityThreshold: number;
  readonly anomalyThreshold: number;
  readonly segments: readonly { readonly segment: string; readonly rows: number; readonly dissimilar: number | null; readonly anomalous: number | null }[];
}

/** Writes `uncertainty`, `detector/analyst` and `detector/tactician`. */
export async function describeUncertainty(context: StepContext, of: Readonly<Record<Role, EnsembleOutputs>>): Promise<void> {
  const { holdingBars } = await context.inputs.json<LabelChoice>('analyst-labeling-feature-engineering', 'label-choice');
  const describe = async (role: Role): Promise<RoleUncertainty> => {
    const novelty = await fitDetector(context, role, holdingBars);
    await context.outputs.bytes(`detector/${role}`, 'model', 'ares.detector', novelty.detector.save());
    return { ...describeSets(of[role]), novelty: novelty.summary };
  };
  const uncertainty: Uncertainty = { schema: 'ares.uncertainty', analyst: await describe('analyst'), tactician: await describe('tactician') };
  await context.outputs.json('uncertainty', 'ares.uncertainty', uncertainty);
}

function describeSets(all: EnsembleOutputs): Omit<RoleUncertainty, 'novelty'> {
  const calibration = takePredictions(all, 'calibration');
  const rule = fitLabelRule(calibration);
  const selection = takePredictions(all, 'selection');
  const uniqueness = computeUniqueness(selection.timeMs, selection.endMs).map((value) => (Number.isNaN(value) ? 0 : value));
  const thresholds = ruleThresholds(rule, selection.regime);
  const cover = (over: Float64Array): Coverage => measureCoverage({ p: selection.p, y: selection.y, thresholds: over, uniqueness }, ALPHA);
  const along = adaptiveThresholds(rawPredictions(all)).thresholds;
  return {
    rule,
    calibrationRows: calibration.y.filter((y) => Number.isFinite(y)).length,
    coverage: cover(thresholds),
    byRegime: Object.fromEntries(
      REGIMES.map((name, state) => [name, cover(thresholds.map((value, i) => (selection.regime[i] === state ? value : Number.NaN)))]),
    ),
    adaptive: cover(along.filter((_, i) => all.segment[i] === 'selection')),
  };
}

function takePredictions(all: EnsembleOutputs, segment: string): LabelledPredictions {
  return rawPredictions(
    all,
    Int32Array.from(all.raw.keys()).filter((i) => all.segment[i] === segment),
  );
}

interface Examples {
  readonly matrix: Matrix;
  readonly names: readonly string[];
  readonly segment: readonly string[];
}

async function fitDetector(context: StepContext, role: Role, holdingBars: number): Promise<{ detector: NoveltyDetector; summary: NoveltySummary }> {
  const { matrix, names, segment } = await readExamples(context, role);
  const rowsOf = (name: string): Int32Array => Int32Array.from(segment.keys()).filter((i) => segment[i] === name);
  const rows = rowsOf('train');
  // Neighbours within the longest label are no neighbours; in a short train within a quarter of it, so that some are left.
  const apartRows = Math.min(holdingBars, Math.floor(((rows.at(-1) ?? 0) - (rows[0] ?? 0)) / 4));
  const detector = fitNoveltyDetector({ features: matrix, featureNames: names, rows }, { seed: context.seed(role, 'novelty'), apartRows });
  const { dissimilarityThreshold, anomalyThreshold } = detector;
  const segments = ['calibration', 'selection'].map((name) => {
    const later = rowsOf(name);
    const { dissimilarity, anomaly } = detector.score(matrix, later);
    const share = (values: Float64Array, threshold: number): number | null =>
      later.length === 0 ? null : values.filter((value) => value > threshold).length / later.length;
    return { segment: name, rows: later.length, dissimilar: share(dissimilarity, dissimilarityThreshold), anomalous: share(anomaly, anomalyThreshold) };
  });
  return { detector, summary: { features: names.length, trainRows: rows.length, dissimilarityThreshold, anomalyThreshold, segments } };
}

/** The columns that the final models of a role were offered: pruned on all of train. */
async function readExamples({ inputs }: StepContext, role: Role): Promise<Examples> {
  if (role === 'analyst') {
    const step = 'analyst-labeling-feature-engineering';
    const features = await inputs.table(step, 'features', 'ares.features');
    const pruning = await inputs.table(step, 'pruning', 'ares.pruning');
    const kept = pruning.columns['kept'] as Uint8Array;
    const names = textColumn(pruning, 'feature').filter((_, i) => kept[i] === 1);
    return { matrix: matrixOf(features, names), names, segment: textColumn(await inputs.table(step, 'labels', 'ares.labels'), 'segment') };
  }
  const features = await inputs.table('tactician-labeling', 'features', 'ares.features');
  const segment = textColumn(await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels'), 'segment');
  const all = Object.keys(features.columns).filter((name) => features.columns[name] instanceof Float64Array && !name.endsWith('Ms'));
  const rows = Int32Array.from(segment.keys()).filter((i) => segment[i] === 'train');
  const names = keptFeatures(pruneFeatures(matrixOf(features, all), all, { rows }));
  return { matrix: matrixOf(features, names), names, segment };
}

function matrixOf(features: Table, names: readonly string[]): Matrix {
  return featureMatrix(names.map((name) => float64Column(features, name)));
}
