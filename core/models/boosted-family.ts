/** Trees of a boosting library as a model family: what LightGBM's and XGBoost's families share. */
import { checkColumnCount, checkFitData, numberParameter } from './check-fit-data.js';
import type { Booster, BoosterData, GradientBoosting } from './gradient-boosting.js';
import { takeMatrixRows } from './matrix-parts.js';
import { decodeModel, encodeModel } from './model-bytes.js';
import type { Classifier, Explanation, FitData, FitOptions, Matrix, ModelFamily, ValidationData } from './model.js';

type Parameters = Readonly<Record<string, number | string | boolean>>;

export interface BoostedFamily {
  readonly id: string;
  readonly library: GradientBoosting;
  /** `rounds`, `patience` where it stops early, and the library's own names. */
  readonly defaults: Parameters;
  /** What the family stands for and no parameter changes: objective, kind of boosting, seed, threads. */
  readonly settings: (options: FitOptions) => Parameters;
  /** Whether later examples, where the fit is given some, end it after `patience` rounds without improvement. */
  readonly stopsEarly: boolean;
}

interface BoostedState {
  readonly modelText: string;
}

/**
 * The family. Missing values are the library's affair (a learnt side of each split). A fit is one unit of work: it keeps no state
 * between trees, and an abort is seen after each tree.
 */
export function boostedFamily(family: BoostedFamily): ModelFamily {
  const { id, library, defaults } = family;
  return {
    id,
    defaults,
    fit: async (data, options) => fit(family, data, options),
    load: (bytes) => {
      const { featureNames, modelText } = decodeModel<BoostedState>(bytes, [id]);
      return makeClassifier(id, featureNames, library.load(modelText));
    },
  };
}

function fit({ id, library, defaults, settings, stopsEarly }: BoostedFamily, data: FitData, options: FitOptions): Classifier {
  const { features, featureNames, rows, y, weights } = checkFitData(data);
  const parameters = { ...defaults, ...options.parameters };
  const { rounds: _, patience: __, ...native } = parameters;
  const rounds = numberParameter(parameters, 'rounds');
  const examples = { x: takeMatrixRows(features, rows), y, weights, featureNames };
  const later = stopsEarly ? options.validation : undefined;
  const booster = library.train(
    later === undefined ? examples : { ...examples, validation: watched(features, later, numberParameter(parameters, 'patience')) },
    { ...native, ...settings(options) },
    rounds,
    (round) => {
      options.signal?.throwIfAborted();
      options.progress?.((round + 1) / rounds, `tree ${round + 1} of ${rounds}`);
      return true;
    },
  );
  return makeClassifier(id, featureNames, booster);
}

function watched(features: Matrix, { rows, y, weights }: ValidationData, patience: number): NonNullable<BoosterData['validation']> {
  return { examples: { x: takeMatrixRows(features, rows), y, weights }, patience };
}

function makeClassifier(family: string, featureNames: readonly string[], booster: Booster): Classifier {
  const rowsOf = (features: Matrix, rows: Int32Array): Matrix => {
    checkColumnCount(features, featureNames);
    return takeMatrixRows(features, rows);
  };
  return {
    family,
    featureNames,
    predictProba: (features, rows) => booster.predict(rowsOf(features, rows)),
    featureImportance: () => booster.importance(),
    explain: (features, rows) => (rows.length === 0 ? null : explanationOf(booster.contributions(rowsOf(features, rows)), featureNames.length)),
    metrics: () => ({ rounds: booster.rounds }),
    save: () => encodeModel<BoostedState>(family, featureNames, { modelText: booster.modelText() }),
    dispose: () => booster.dispose(),
  };
}

/** The library's rows end with the base value, which is the same in each. */
function explanationOf(withBase: Float64Array, columnCount: number): Explanation {
  const rowCount = withBase.length / (columnCount + 1);
  const contributions = new Float64Array(rowCount * columnCount);
  for (let row = 0; row < rowCount; row++) {
    contributions.set(withBase.subarray(row * (columnCount + 1), (row + 1) * (columnCount + 1) - 1), row * columnCount);
  }
  return { scale: 'log-odds', base: withBase[columnCount], contributions };
}
