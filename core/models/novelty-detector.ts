/** How unlike its train rows a row is, said in two ways: distance to the nearest of them, and how early random cuts set it apart. */
import { spacedRows } from '../sampling/time-sample.js';
import { quantile } from '../stats/quantile.js';
import type { DissimilarityIndex } from './dissimilarity-index.js';
import { fitDissimilarityIndex, loadDissimilarityIndex } from './dissimilarity-index.js';
import type { IsolationForest } from './isolation-forest.js';
import { fitIsolationForest, loadIsolationForest } from './isolation-forest.js';
import type { Matrix } from './model.js';
import { decodeModel, encodeModel } from './model-bytes.js';

/** Train rows that distances are measured from, evenly spaced in time; also those whose anomaly scores give the threshold. */
const REFERENCES = 500;
/** Train rows below the threshold of the anomaly score. */
const ORDINARY = 0.99;
const FAMILY = 'novelty-detector';

/** One value a row. */
export interface Novelty {
  /** Dissimilarity index: distance to the nearest train row in units of the mean distance between train rows. */
  readonly dissimilarity: Float64Array;
  /** Isolation forest's score in (0, 1). */
  readonly anomaly: Float64Array;
}

export interface NoveltyDetector {
  readonly featureNames: readonly string[];
  /** A row above it is dissimilar: further from train than its own rows lie from one another. */
  readonly dissimilarityThreshold: number;
  /** 99th percentile of train rows. */
  readonly anomalyThreshold: number;
  score(features: Matrix, rows: Int32Array): Novelty;
  /** Self-describing bytes that `loadNoveltyDetector` reads. */
  save(): Uint8Array;
}

interface DetectorState {
  readonly anomalyThreshold: number;
  /** Saved parts as text, for their bytes are ASCII. */
  readonly index: string;
  readonly forest: string;
}

/**
 * The detector of the given train rows; `apartRows` as for the dissimilarity index. The same rows and seed give the same bytes.
 * @throws InsufficientData when too few distinct rows lie that far apart.
 */
export function fitNoveltyDetector(
  data: { features: Matrix; featureNames: readonly string[]; rows: Int32Array },
  options: { readonly seed: number; readonly apartRows: number },
): NoveltyDetector {
  const index = fitDissimilarityIndex(data, { references: REFERENCES, apartRows: options.apartRows });
  const forest = fitIsolationForest(data, { seed: options.seed });
  const own = forest.score(data.features, spacedRows(data.rows, REFERENCES)).sort();
  return makeDetector({ index, forest, anomalyThreshold: quantile(own, ORDINARY) });
}

/** The detector of saved bytes. @throws InvalidData when they are none. */
export function loadNoveltyDetector(bytes: Uint8Array): NoveltyDetector {
  const { index, forest, anomalyThreshold } = decodeModel<DetectorState>(bytes, [FAMILY]);
  const encode = (text: string): Uint8Array => Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return makeDetector({ index: loadDissimilarityIndex(encode(index)), forest: loadIsolationForest(encode(forest)), anomalyThreshold });
}

function makeDetector({ index, forest, anomalyThreshold }: { index: DissimilarityIndex; forest: IsolationForest; anomalyThreshold: number }): NoveltyDetector {
  const { featureNames } = index;
  const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return {
    featureNames,
    dissimilarityThreshold: index.threshold,
    anomalyThreshold,
    score: (features, rows) => ({ dissimilarity: index.index(features, rows), anomaly: forest.score(features, rows) }),
    save: () => encodeModel<DetectorState>(FAMILY, featureNames, { anomalyThreshold, index: textOf(index.save()), forest: textOf(forest.save()) }),
  };
}
