/** Step 11: calibrators fitted on the calibration segment, chosen on its time-ordered folds, scored on selection. */
import { applyCalibrator } from '../core/calibration/calibrator.js';
import type { CalibrationChoice } from '../core/calibration/choose-calibrator.js';
import { chooseCalibrator } from '../core/calibration/choose-calibrator.js';
import { matchRows } from '../core/data/match-rows.js';
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, makeTable, textColumn } from '../core/data/table.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import { binnedDecomposition, calibrationErrorFloor, expectedCalibrationError, reliabilityBins } from '../core/metrics/reliability.js';
import type { ReliabilityBin } from '../core/metrics/reliability.js';
import type { ScoreRow, ScoreSubject } from '../core/metrics/score-rows.js';
import { classificationScores, scoreTable } from '../core/metrics/score-rows.js';
import type { StepContext, StepFunction } from '../pipeline/step.js';
import type { ConfidenceCalibrationParameters } from '../pipeline/steps/confidence-calibration.js';

const BINS = 10;
/** Simulations of a perfectly calibrated forecaster for the floor of the ECE. */
const FLOOR_SIMULATIONS = 200;

/** The `calibrators` artifact. */
export interface Calibrators {
  readonly schema: 'ares.calibrators';
  readonly analyst: CalibrationChoice;
  readonly tactician: CalibrationChoice;
}

type Role = 'analyst' | 'tactician';

/** Raw outputs outside train with their labels (NaN = not known). */
interface Outputs {
  readonly row: Int32Array;
  readonly closeTimeMs: Float64Array;
  readonly endMs: Float64Array;
  readonly segment: readonly string[];
  readonly raw: Float64Array;
  readonly y: Float64Array;
}

/** Writes `calibrators`, `calibrated`, `reliability` and `scores`. */
export const calibrateConfidence: StepFunction<ConfidenceCalibrationParameters> = async (context) => {
  const { inputs, outputs, parameters } = context;
  const analyst = outputsOf(
    await inputs.table('analyst-ensemble-creation', 'signals', 'ares.signals'),
    await inputs.table('analyst-labeling-feature-engineering', 'labels', 'ares.labels'),
  );
  const tactician = outputsOf(
    await inputs.table('tactician-ensemble-creation', 'predictions', 'ares.signals'),
    await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels'),
  );
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
  context.count({ rowsIn: analyst.row.length + tactician.row.length, rowsOut: tactician.row.length });
};

/** Outputs outside train joined with labels: by row, which analyst labels do not carry because it is their position. */
function outputsOf(signals: Table, labels: Table): Outputs {
  const segments = textColumn(signals, 'segment');
  const rows = Int32Array.from(segments.keys()).filter((i) => segments[i] !== 'train');
  const signalRow = int32Column(signals, 'row');
  const row = rows.map((i) => signalRow[i]!);
  const labelAt = 'row' in labels.columns ? matchRows(int32Column(labels, 'row'), row, 'labels') : row;
  const take = (table: Table, name: string, at: Int32Array): Float64Array => {
    const column = float64Column(table, name);
    return Float64Array.from(at, (i) => column[i]!);
  };
  return {
    row,
    closeTimeMs: take(signals, 'closeTimeMs', rows),
    endMs: take(labels, 'labelEndMs', labelAt),
    segment: Array.from(rows, (i) => segments[i]!),
    raw: take(signals, 'probability', rows),
    y: take(labels, 'label', labelAt),
  };
}

/** Rows of a segment whose outcome is known. */
function known(outputs: Outputs, segment: string): { p: Float64Array; y: Float64Array; startMs: Float64Array; endMs: Float64Array } {
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
  of: { model: Role; choice: CalibrationChoice; outputs: Outputs; reliability: ReliabilityRow[] },
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
function calibratedTable(analyst: Outputs, tactician: Outputs, calibrators: Calibrators): Table {
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
