/** How one prediction of an ensemble came about: what went in, what each member said, and what calibration made of it. */
import { applyCalibrator } from '../calibration/calibrator.js';
import type { ChainModel } from '../chain/trained-chain.js';
import { predictMembers } from '../chain/predict-members.js';
import { applyEnsemble, stackOf, stackOutput } from '../ensembles/apply-ensemble.js';
import { memberKey, membersOf } from '../ensembles/ensemble.js';
import { logOdds } from '../ensembles/log-odds.js';
import { InvalidData } from '../errors.js';
import type { FeatureColumns } from '../features/feature.js';
import type { Classifier, Explanation } from '../models/model.js';
import type { RegimeOrPooled } from '../regimes/regime-names.js';
import { POOLED, REGIMES } from '../regimes/regime-names.js';

/** What a prediction rests on, as plain data. */
export interface PredictionInputs {
  readonly featureNames: readonly string[];
  /** [rows x features], oldest row first, the predicted row last; null = missing. Rows before the last are what sequence models look back on. */
  readonly values: readonly (number | null)[];
  /** Filtered regime probabilities in the order of REGIMES. */
  readonly regimes: readonly number[];
}

export interface MemberRecord {
  readonly member: string;
  readonly family: string;
  readonly sha256: string;
  readonly probability: number;
  /** Per feature of the model, in its own order; null where the family has no exact contributions. */
  readonly explanation: { readonly scale: Explanation['scale']; readonly base: number; readonly contributions: Readonly<Record<string, number>> } | null;
}

/** One routed stack: its score is the intercept plus the members' contributions, on log-odds. */
export interface StackRecord {
  readonly regime: RegimeOrPooled;
  /** Regime probability that reaches this stack; POOLED holds the sum over the regimes without a stack of their own. */
  readonly routing: number;
  readonly intercept: number;
  readonly contributions: Readonly<Record<string, number>>;
  readonly probability: number;
}

export interface PredictionRecord {
  readonly inputs: PredictionInputs;
  readonly members: readonly MemberRecord[];
  readonly stacks: readonly StackRecord[];
  /** Before calibration. */
  readonly raw: number;
  /** After calibration. */
  readonly calibrated: number;
}

/** The inputs of a row: the union of the members' features, and `historyRows` rows before it (fewer at the beginning). @throws InvalidData when a feature is missing. */
export function takeInputs(
  model: Pick<ChainModel, 'classifiers'>,
  features: FeatureColumns,
  { row, historyRows, regimes }: { row: number; historyRows: number; regimes: ArrayLike<number> },
): PredictionInputs {
  const featureNames = [...new Set([...model.classifiers.values()].flatMap((classifier) => classifier.featureNames))];
  const columns = featureNames.map((name) => {
    const column = features.columns[features.names.indexOf(name)];
    if (column === undefined) throw new InvalidData(`a member needs the feature ${name}; found ${features.names.join(', ')}`);
    return column;
  });
  const values: (number | null)[] = [];
  // Adding 0 turns -0, which JSON does not know, into 0.
  for (let at = Math.max(0, row - historyRows); at <= row; at++) values.push(...columns.map((column) => (Number.isNaN(column[at]) ? null : column[at] + 0)));
  return { featureNames, values, regimes: Array.from(regimes) };
}

/**
 * The record of one prediction, computed from its inputs alone: made again from `record.inputs` and the same model it is the same to the bit.
 * @throws InvalidData when the values do not fill whole rows or a member's feature is missing.
 */
export function recordPrediction(model: ChainModel, inputs: PredictionInputs): PredictionRecord {
  const { ensemble, classifiers, calibrator } = model;
  const width = inputs.featureNames.length;
  const rowCount = inputs.values.length / width;
  if (!Number.isInteger(rowCount) || rowCount < 1) throw new InvalidData(`expected whole rows of ${width} values, found ${inputs.values.length} values`);
  const columns = inputs.featureNames.map((_, j) => Float64Array.from({ length: rowCount }, (_row, row) => inputs.values[row * width + j] ?? Number.NaN));
  const features: FeatureColumns = { names: inputs.featureNames, columns };
  const used = new Map(membersOf(ensemble).map((member) => [memberKey(member), classifierOf(classifiers, memberKey(member))] as const));
  const predictions = predictMembers(used, features, Int32Array.of(rowCount - 1));
  const raw = applyEnsemble(ensemble, predictions, Float64Array.from(inputs.regimes));
  const members = membersOf(ensemble).map((member): MemberRecord => {
    const key = memberKey(member);
    return {
      member: key,
      family: member.family,
      sha256: member.sha256,
      probability: predictions.probabilities.get(key)![0],
      explanation: explainMember(classifierOf(classifiers, key), features, rowCount),
    };
  });
  const stacks = routedStacks(model, inputs.regimes).map(({ regime, routing }): StackRecord => {
    const stack = stackOf(ensemble, regime);
    const entries = stack.members.map((member, j) => [memberKey(member), stack.weights[j] * logOdds(predictions.probabilities.get(memberKey(member))![0])]);
    return { regime, routing, intercept: stack.intercept, contributions: Object.fromEntries(entries), probability: stackOutput(stack, predictions)[0] };
  });
  return { inputs, members, stacks, raw: raw[0], calibrated: applyCalibrator(calibrator, raw)[0] };
}

function classifierOf(classifiers: ChainModel['classifiers'], key: string): Classifier {
  const classifier = classifiers.get(key);
  if (classifier === undefined) throw new InvalidData(`expected the model of member ${key}, found ${[...classifiers.keys()].join(', ')}`);
  return classifier;
}

function explainMember(classifier: Classifier, features: FeatureColumns, rowCount: number): MemberRecord['explanation'] {
  const width = classifier.featureNames.length;
  const columns = classifier.featureNames.map((name) => features.columns[features.names.indexOf(name)]);
  const values = Float64Array.from({ length: rowCount * width }, (_, k) => columns[k % width][Math.floor(k / width)]);
  const explanation = classifier.explain?.({ rowCount, columnCount: width, values }, Int32Array.of(rowCount - 1)) ?? null;
  if (explanation === null) return null;
  const { scale, base, contributions } = explanation;
  return { scale, base, contributions: Object.fromEntries(classifier.featureNames.map((name, j) => [name, contributions[j] + 0])) };
}

function routedStacks({ ensemble }: ChainModel, regimes: readonly number[]): { regime: RegimeOrPooled; routing: number }[] {
  const routing = new Map<RegimeOrPooled, number>();
  REGIMES.forEach((regime, r) => {
    const target = stackOf(ensemble, regime).status === 'pooled' ? POOLED : regime;
    routing.set(target, (routing.get(target) ?? 0) + regimes[r]);
  });
  return [...routing].map(([regime, share]) => ({ regime, routing: share }));
}
