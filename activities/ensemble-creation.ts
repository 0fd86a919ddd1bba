/** The work of steps 7 and 10: stacks on out-of-fold predictions, routed by regime; one code path for both roles. */
import { matchRows } from '../core/data/match-rows.js';
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, makeTable, takeRows, textColumn } from '../core/data/table.js';
import { applyEnsemble } from '../core/ensembles/apply-ensemble.js';
import type { MemberPredictions } from '../core/ensembles/apply-ensemble.js';
import type { Ensemble, EnsembleMember } from '../core/ensembles/ensemble.js';
import { memberKey } from '../core/ensembles/ensemble.js';
import { crossFitEnsemble, equalBlend, fitEnsemble } from '../core/ensembles/fit-ensemble.js';
import { InvalidData } from '../core/errors.js';
import { computeUniqueness } from '../core/labels/uniqueness.js';
import type { ScoreRow, ScoreSubject } from '../core/metrics/score-rows.js';
import { classificationScores, scoreTable } from '../core/metrics/score-rows.js';
import type { RegimeOrPooled } from '../core/regimes/regime-names.js';
import { POOLED, REGIMES } from '../core/regimes/regime-names.js';
import type { Segments } from '../pipeline/plan.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';

/** Parameters that both steps read. */
export interface EnsembleCreationParameters {
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
}

/** What differs between the two roles. */
export interface EnsembleRole {
  readonly role: Ensemble['role'];
  readonly labelStep: StepId;
  readonly labelSchema: 'ares.labels' | 'ares.tactician-labels';
  /** Steps that hold specialists, in the order in which members are listed. */
  readonly memberSteps: readonly StepId[];
  /** Artifact of the ensemble's outputs. */
  readonly output: string;
}

/** Rows of a label table that a step works on, with all that it knows of them. */
interface Examples {
  /** Value of the row column: analyst bar or tactician example. */
  readonly row: Int32Array;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  readonly y: Float64Array;
  readonly regime: Int32Array;
  readonly regimes: Float64Array;
  readonly segment: readonly string[];
}

/** Fits the ensemble and writes `ensemble`, the outputs and `scores`. */
export async function createEnsembles(context: StepContext<EnsembleCreationParameters>, role: EnsembleRole): Promise<void> {
  const { inputs, outputs, parameters } = context;
  const labels = await readLabels(context, role);
  const regimes = await inputs.table('market-regime-classification', 'regimes', 'ares.regimes');
  const members = listMembers(context, role);
  const train = examplesOf(labels, regimes, (segment, label) => segment === 'train' && Number.isFinite(label));
  const later = examplesOf(labels, regimes, (segment) => segment === 'calibration' || segment === 'selection');
  const trainPredictions = await readPredictions(context, members, { kind: 'oof', row: train.row });
  const laterPredictions = await readPredictions(context, members, { kind: 'later', row: later.row });
  context.progress(0.3, `fitting stacks of ${members.length} members`);

  const options = { role: role.role, members, minimumEffectiveSample: parameters.minimumEffectiveSample };
  const fitted = { ...train, predictions: trainPredictions };
  const ensemble = fitEnsemble(fitted, options);
  const crossFit = await crossFitEnsemble(fitted, { ...options, folds: parameters.folds, embargoMs: parameters.embargoMs, parts: context.checkpoint });
  const laterOutput = applyEnsemble(ensemble, laterPredictions, later.regimes);
  context.progress(0.8, 'scoring members and ensemble');

  await outputs.json('ensemble', 'ares.ensemble', ensemble);
  await outputs.table(
    role.output,
    'ares.signals',
    signalTable([
      { examples: train, probability: crossFit.probability, fold: crossFit.fold },
      { examples: later, probability: laterOutput, fold: new Int32Array(later.row.length).fill(-1) },
    ]),
  );
  const scores = [
    ...memberScores(members, train, trainPredictions),
    ...outputScores({ model: role.role, method: 'stack', segment: 'train' }, train, crossFit.probability),
    ...outputScores({ model: role.role, method: 'equal-blend', segment: 'train' }, train, applyEnsemble(equalBlend(ensemble), trainPredictions, train.regimes)),
    ...selectionScores({ ensemble, members, later, predictions: laterPredictions, output: laterOutput }),
  ];
  await outputs.table('scores', 'ares.scores', scoreTable(scores));
  context.count({ rowsIn: (train.row.length + later.row.length) * members.length, rowsOut: train.row.length + later.row.length });
}

async function readLabels(context: StepContext<EnsembleCreationParameters>, role: EnsembleRole): Promise<Table> {
  const labels = await context.inputs.table(role.labelStep, 'labels', role.labelSchema);
  if ('row' in labels.columns) return labels;
  return makeTable({ ...labels.columns, row: Int32Array.from({ length: labels.rowCount }, (_, i) => i) });
}

/** A model artifact is a member: a pooled or rejected specialist leaves none. */
function listMembers(context: StepContext<EnsembleCreationParameters>, role: EnsembleRole): EnsembleMember[] {
  return role.memberSteps.flatMap((step) =>
    context.inputs.names(step, 'models/').map((artifact) => {
      const [, regime = '', family = ''] = artifact.split('/');
      if (![...REGIMES, POOLED].includes(regime as RegimeOrPooled) || family === '') {
        throw new InvalidData(`expected a model artifact named models/<REGIME>/<family> in step ${step}, found ${artifact}`);
      }
      return { regime: regime as RegimeOrPooled, step, family, artifact, sha256: context.inputs.ref(step, artifact).sha256 };
    }),
  );
}

function examplesOf(labels: Table, regimes: Table, wanted: (segment: string, label: number) => boolean): Examples {
  const segments = textColumn(labels, 'segment');
  const label = float64Column(labels, 'label');
  const rows = Int32Array.from(label.keys()).filter((i) => wanted(segments[i]!, label[i]!));
  const chosen = takeRows(labels, rows);
  const startMs = float64Column(chosen, 'closeTimeMs');
  const at = matchRows(float64Column(regimes, 'closeTimeMs'), startMs, 'regimes');
  return {
    row: int32Column(chosen, 'row'),
    startMs,
    endMs: float64Column(chosen, 'labelEndMs'),
    y: float64Column(chosen, 'label'),
    regime: int32Column(chosen, 'regime'),
    regimes: regimeMatrix(regimes, at),
    segment: textColumn(chosen, 'segment'),
  };
}

function regimeMatrix(regimes: Table, rows: Int32Array): Float64Array {
  const columns = REGIMES.map((regime) => float64Column(regimes, regime));
  const out = new Float64Array(rows.length * columns.length);
  rows.forEach((row, i) => columns.forEach((column, r) => (out[i * columns.length + r] = column[row]!)));
  return out;
}

async function readPredictions(
  context: StepContext<EnsembleCreationParameters>,
  members: readonly EnsembleMember[],
  wanted: { kind: 'oof' | 'later'; row: Int32Array },
): Promise<MemberPredictions> {
  const probabilities = new Map<string, Float64Array>();
  for (const member of members) {
    context.signal.throwIfAborted();
    const name = member.artifact.replace('models/', `${wanted.kind}/`);
    const table = await context.inputs.table(member.step as StepId, name, 'ares.predictions');
    const at = matchRows(int32Column(table, 'row'), wanted.row, `${member.step}/${name}`);
    const column = float64Column(table, 'probability');
    probabilities.set(
      memberKey(member),
      Float64Array.from(at, (i) => column[i]!),
    );
  }
  return { rowCount: wanted.row.length, probabilities };
}

interface SignalPart {
  readonly examples: Examples;
  readonly probability: Float64Array;
  readonly fold: Int32Array;
}

function signalTable(parts: readonly SignalPart[]): Table {
  return makeTable({
    row: Int32Array.from(parts.flatMap((part) => [...part.examples.row])),
    closeTimeMs: Float64Array.from(parts.flatMap((part) => [...part.examples.startMs])),
    probability: Float64Array.from(parts.flatMap((part) => [...part.probability])),
    segment: parts.flatMap((part) => [...part.examples.segment]),
    fold: Int32Array.from(parts.flatMap((part) => [...part.fold])),
  });
}

/** Each member on the rows of its own regime (POOLED: all rows). */
function memberScores(members: readonly EnsembleMember[], examples: Examples, predictions: MemberPredictions): ScoreRow[] {
  return members.flatMap((member) => {
    const number = (REGIMES as readonly string[]).indexOf(member.regime);
    const rows = Int32Array.from(examples.row.keys()).filter((i) => number < 0 || examples.regime[i] === number);
    const subject = { model: memberKey(member), method: 'member', segment: examples.segment[0] ?? 'train' };
    return rowScores(subject, examples, { rows, probability: predictions.probabilities.get(memberKey(member))! });
  });
}

function selectionScores(of: {
  ensemble: Ensemble;
  members: readonly EnsembleMember[];
  later: Examples;
  predictions: MemberPredictions;
  output: Float64Array;
}): ScoreRow[] {
  const rows = Int32Array.from(of.later.row.keys()).filter((i) => of.later.segment[i] === 'selection');
  const selection = pick(of.later, rows);
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (i) => values[i]!);
  const predictions = { rowCount: rows.length, probabilities: new Map([...of.predictions.probabilities].map(([key, values]) => [key, take(values)] as const)) };
  const role = of.ensemble.role;
  return [
    ...memberScores(of.members, selection, predictions),
    ...outputScores({ model: role, method: 'stack', segment: 'selection' }, selection, take(of.output)),
    ...outputScores(
      { model: role, method: 'equal-blend', segment: 'selection' },
      selection,
      applyEnsemble(equalBlend(of.ensemble), predictions, selection.regimes),
    ),
  ];
}

function pick(examples: Examples, rows: Int32Array): Examples {
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (i) => values[i]!);
  return {
    row: rows.map((i) => examples.row[i]!),
    startMs: take(examples.startMs),
    endMs: take(examples.endMs),
    y: take(examples.y),
    regime: rows.map((i) => examples.regime[i]!),
    regimes: Float64Array.from(
      { length: rows.length * REGIMES.length },
      (_, k) => examples.regimes[rows[Math.floor(k / REGIMES.length)]! * REGIMES.length + (k % REGIMES.length)]!,
    ),
    segment: Array.from(rows, (i) => examples.segment[i]!),
  };
}

function outputScores(subject: ScoreSubject, examples: Examples, probability: Float64Array): ScoreRow[] {
  return rowScores(subject, examples, { rows: Int32Array.from(examples.row.keys()), probability });
}

/** Scores over the rows whose label is known, weighted by their uniqueness among themselves. */
function rowScores(subject: ScoreSubject, examples: Examples, of: { rows: Int32Array; probability: Float64Array }): ScoreRow[] {
  const rows = of.rows.filter((i) => Number.isFinite(examples.y[i]!));
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (i) => values[i]!);
  return classificationScores(subject, {
    y: take(examples.y),
    p: take(of.probability),
    weights: computeUniqueness(take(examples.startMs), take(examples.endMs)),
  });
}
