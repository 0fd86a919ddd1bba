/** Step 11: calibrators fitted on the calibration segment, chosen on its time-ordered folds, scored on selection. */
import { applyCalibrator } from '../core/calibration/calibrator.js';
import type { CalibrationChoice } from '../core/calibration/choose-calibrator.js';
import { chooseCalibrator } from '../core/calibration/choose-calibrator.js';
import { matchRows } from '../core/data/match-rows.js';
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import { binnedDecomposition, calibrationErrorFloor, expectedCalibrationError, reliabilityBins } from '../core/metrics/reliability.js';
import type { ReliabilityBin } from '../core/metrics/reliability.js';
import type { ScoreRow, ScoreSubject } from '../core/metrics/score-rows.js';
import { classificationScores, scoreTable } from '../core/metrics/score-rows.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import type { ConfidenceCalibrationParameters } from '../pipeline/steps/confidence-calibration.js';
import { describeUncertainty } from './calibration-uncertainty.js';
import type { EnsembleOutputs, Role } from './ensemble-outputs.js';
import { readEnsembleOutputs } from './ensemble-outputs.js';

const BINS = 10;
/** Simulations of a perfectly calibrated forecaster for the floor of the ECE. */
const FLOOR_SIMULATIONS = 200;

/** The `calibrators` artifact. */
export interface Calibrators {
  readonly schema: 'ares.calibrators';
  readonly analyst: CalibrationChoice;
  readonly tactician: CalibrationChoice;
}

/** Writes `calibrators`, `calibrated`, `reliability`, `scores`, and by describeUncertainty `uncertainty` and the detectors. */
export const calibrateConfidence: StepFunction<ConfidenceCalibrationParameters> = async (context) => {
  const { inputs, outputs, parameters } = context;
  const [analyst, tactician] = [await readEnsembleOutputs(inputs, 'analyst'), await readEnsembleOutputs(inputs, 'tactician')];
  const options = { minimumEffectiveSample: parameters.minimumEffectiveSample };
  const calibrators: Calibrators = {
    schema: 'ares.calibrators',
    analyst: chooseCalibrator(known(analyst, 'calibration'), options),
    tactician: chooseCalibrator(known(tactician, 'calibration'), options),
  };
  context.progress(0.5, `analyst ${calibrators.analyst.calibrator.method}, tactician ${calibrators.tactician.calibrator.method}`);
  const reliability: ReliabilityRow[] = [];
  const scores: ScoreRow[] = [];
  for (const [model, role] of [
    ['analyst', analyst],
    ['tactician', tactician],
  ] as const) {
    scores.push(...candidateScores(model, calibrators[model]), ...selectionScores(context, { model, choice: calibrators[model], outputs: role, reliability }));
  }
  await outputs.json('calibrators', 'ares.calibrators', calibrators);
  await outputs.table('calibrated', 'ares.calibrated', calibratedTable(analyst, tactician, calibrators));
  await outputs.table('reliability', 'ares.reliability', reliabilityTable(reliability));
  await outputs.table('scores', 'ares.scores', scoreTable(scores));
  context.progress(0.8, 'label sets and distance from train');
  await describeUncertainty(context, { analyst, tactician });
  context.count({ rowsIn: analyst.row.length + tactician.row.length, rowsOut: tactician.row.length });
};

/** Rows of a segment whose outcome is known. */
function known(outputs: EnsembleOutputs, segment: string): { p: Float64Array; y: Float64Array; startMs: Float64Array; endMs: Float64Array } {
  const rows = Int32Array.from(outputs.row.keys()).filter((i) => outputs.segment[i] === segment && Number.isFinite(outputs.y[i]!));
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (i) => values[i]!);
  return { p: take(outputs.raw), y: take(outputs.y), startMs: take(outputs.closeTimeMs), endMs: take(outputs.endMs) };
}

function candidateScores(model: Role, choice: CalibrationChoice): ScoreRow[] {
  return choice.candidates.map(({ method, logLoss }) => ({
    model,
    method,
    segment: 'calibration',
    metric: 'fold-log-loss',
    value: logLoss ?? Number.NaN,
    count: choice.scoredRows,
  }));
}

interface ReliabilityRow extends ReliabilityBin, ScoreSubject {}

/** Before (`raw`) and after (`calibrated`) on selection, with counts and the floor that chance alone leaves. */
function selectionScores(
  context: StepContext<ConfidenceCalibrationParameters>,
  of: { model: Role; choice: CalibrationChoice; outputs: EnsembleOutputs; reliability: ReliabilityRow[] },
): ScoreRow[] {
  const { p: raw, y, startMs, endMs } = known(of.outputs, 'selection');
  const weights = computeUniqueness(startMs, endMs);
  const versions = { raw, calibrated: applyCalibrator(of.choice.calibrator, raw) };
  return Object.entries(versions).flatMap(([method, p]) => {
    const subject = { model: of.model, method, segment: 'selection' };
    const bins = reliabilityBins(y, p, { bins: BINS, adaptive: false });
    of.reliability.push(...bins.map((bin) => ({ ...subject, ...bin })));
    const floor = calibrationErrorFloor(p, { bins: BINS, adaptive: false, simulations: FLOOR_SIMULATIONS, seed: context.seed(of.model, method, 'floor') });
    const extra = {
      ece: expectedCalibrationError(y, p, { bins: BINS, adaptive: false }),
      'ece-adaptive': expectedCalibrationError(y, p, { bins: BINS, adaptive: true }),
      'ece-floor': floor.mean,
      'ece-floor-upper': floor.upper,
      ...binnedDecomposition(bins),
    };
    const rows = Object.entries(extra).map(([metric, value]) => ({ ...subject, metric, value, count: y.length }));
    return [...classificationScores(subject, { y, p, weights }), ...rows];
  });
}

/** One row a tactician example outside train, beside the analyst signal that it looks at. */
function calibratedTable(analyst: EnsembleOutputs, tactician: EnsembleOutputs, calibrators: Calibrators): Table {
  const at = matchRows(analyst.closeTimeMs, tactician.closeTimeMs, 'analyst signals of tactician examples');
  const analystRaw = Float64Array.from(at, (i) => analyst.raw[i]!);
  return makeTable({
    row: tactician.row,
    closeTimeMs: tactician.closeTimeMs,
    segment: tactician.segment,
    analystRaw,
    analyst: applyCalibrator(calibrators.analyst.calibrator, analystRaw),
    tacticianRaw: tactician.raw,
    tactician: applyCalibrator(calibrators.tactician.calibrator, tactician.raw),
  });
}

function reliabilityTable(rows: readonly ReliabilityRow[]): Table {
  return makeTable({
    model: rows.map((row) => row.model),
    method: rows.map((row) => row.method),
    segment: rows.map((row) => row.segment),
    bin: Int32Array.from(rows, (row) => row.bin),
    count: Int32Array.from(rows, (row) => row.count),
    meanPrediction: Float64Array.from(rows, (row) => row.meanPrediction),
    observedRate: Float64Array.from(rows, (row) => row.observedRate),
  });
}
