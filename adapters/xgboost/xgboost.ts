/** The gradient boosting port over XGBoost's C library; every native handle has one owner that frees it. */
import koffi from 'koffi';
import { checkBoosterData } from '../../core/models/check-booster-data.js';
import type { Booster, BoosterData, GradientBoosting } from '../../core/models/gradient-boosting.js';
import type { Matrix } from '../../core/models/model.js';
import { nativeLibraryPath } from '../local-paths.js';
import type { NativeHandle, XgboostLibrary } from './xgboost-library.js';
import { XGBOOST_VERSION, openXgboost } from './xgboost-library.js';
import { arrayInterface, createMatrix } from './xgboost-matrix.js';
import type { Training } from './xgboost-training.js';
import { createBooster, ownedUntilDone, trainBooster } from './xgboost-training.js';

/** Codes of `type` in a prediction's settings. */
const CONTRIBUTIONS = 2;
const INTERACTIONS = 4;

/** Silence: the library writes warnings to standard output. */
const FIXED_PARAMETERS = { verbosity: 0 } as const;
const DEFAULT_PARAMETERS = { tree_method: 'hist', nthread: 1 } as const;

/**
 * The port; the library is loaded on first use. It keeps features, predictions and contributions as 32-bit floats. `nthread`
 * (default 1) is used for fitting and predicting. A model's text is its JSON, in which no number of threads stands. Sums of a
 * histogram go thread by thread: where the last bit matters, fit with one thread, as the family `xgboost` does; predictions,
 * contributions and interactions go row by row and do not depend on threads.
 */
export function makeXgboost(libraryPath: string = nativeLibraryPath('xgboost')): GradientBoosting {
  let opened: XgboostLibrary | undefined;
  const library = (): XgboostLibrary => (opened ??= openXgboost(libraryPath));
  return {
    library: 'xgboost',
    version: XGBOOST_VERSION,
    // eslint-disable-next-line max-params -- the port's own signature
    train: (data, parameters, rounds, iteration) => train(library(), data, { parameters, rounds, iteration }),
    load: (modelText) => load(library(), modelText),
  };
}

function train(library: XgboostLibrary, data: BoosterData, training: Training): Booster {
  checkBoosterData(data);
  const parameters = { ...DEFAULT_PARAMETERS, ...training.parameters, ...FIXED_PARAMETERS };
  return makeBooster(library, trainBooster(library, data, { ...training, parameters }), Number(parameters.nthread));
}

function load(library: XgboostLibrary, modelText: string): Booster {
  const booster = createBooster(library, [], { nthread: DEFAULT_PARAMETERS.nthread, ...FIXED_PARAMETERS });
  return ownedUntilDone(library, booster, () => {
    const bytes = new TextEncoder().encode(modelText);
    library.call('XGBoosterLoadModelFromBuffer', booster, bytes, bytes.length);
    return makeBooster(library, booster, DEFAULT_PARAMETERS.nthread);
  });
}

function makeBooster(library: XgboostLibrary, handle: NativeHandle, threads: number): Booster {
  let live = true;
  const use = (): NativeHandle => {
    if (!live) throw new TypeError('expected a booster in use, found one that was disposed');
    return handle;
  };
  const featureCount = countOf((out) => library.call('XGBoosterGetNumFeature', handle, out));
  const checked = (x: Matrix): Matrix => {
    if (x.columnCount !== featureCount) throw new RangeError(`expected ${featureCount} feature columns as fitted, found ${x.columnCount}`);
    return x;
  };
  const explain = (x: Matrix, type: number): Float64Array =>
    checked(x).rowCount === 0 ? new Float64Array(0) : explainRows(library, use(), { x, type, threads });
  return {
    rounds: countOf((out) => library.call('XGBoosterBoostedRounds', handle, out)),
    predict: (x) => (checked(x).rowCount === 0 ? new Float64Array(0) : predictRows(library, use(), x)),
    contributions: (x) => explain(x, CONTRIBUTIONS),
    interactions: (x) => explain(x, INTERACTIONS),
    importance: () => totalGains(library, use(), featureCount),
    modelText: () => modelText(library, use()),
    dispose: () => {
      if (live) library.call('XGBoosterFree', handle);
      live = false;
    },
  };
}

/** Reads the rows where they lie. */
function predictRows(library: XgboostLibrary, booster: NativeHandle, { values, rowCount, columnCount }: Matrix): Float64Array {
  const settings = '{"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"missing":NaN,"cache_id":0}';
  return readResult((out) => library.call('XGBoosterPredictFromDense', booster, arrayInterface(values, [rowCount, columnCount]), settings, null, ...out));
}

function explainRows(library: XgboostLibrary, booster: NativeHandle, { x, type, threads }: { x: Matrix; type: number; threads: number }): Float64Array {
  const matrix = createMatrix(library, x, threads);
  try {
    const settings = `{"type":${type},"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true}`;
    return readResult((out) => library.call('XGBoosterPredictFromDMatrix', booster, matrix, settings, ...out));
  } finally {
    library.call('XGDMatrixFree', matrix);
  }
}

type Out<T> = [T | null];
type Count = [number | bigint];

/** A result lies in the library's memory until its next call: copied out, as doubles. */
function readResult(predict: (out: readonly [Out<NativeHandle>, Count, Out<NativeHandle>]) => void): Float64Array {
  const [shape, dimensions, result]: readonly [Out<NativeHandle>, Count, Out<NativeHandle>] = [[null], [0], [null]];
  predict([shape, dimensions, result]);
  return Float64Array.from(floats(result, product(shape, Number(dimensions[0]))));
}

function product(shape: Out<NativeHandle>, dimensions: number): number {
  const sizes = koffi.decode(shape[0], 'uint64_t', dimensions) as BigUint64Array | readonly (number | bigint)[];
  return Array.from(sizes as readonly (number | bigint)[], Number).reduce((total, size) => total * size, 1);
}

function floats(pointer: Out<NativeHandle>, count: number): Float32Array {
  // A model without a split has no score at all, and then there is no pointer.
  return count === 0 ? new Float32Array(0) : (koffi.decode(pointer[0], 'float', count) as Float32Array);
}

function totalGains(library: XgboostLibrary, booster: NativeHandle, featureCount: number): Float64Array {
  const [count, dimensions]: readonly [Count, Count] = [[0], [0]];
  const [used, shape, scores]: readonly [Out<NativeHandle>, Out<NativeHandle>, Out<NativeHandle>] = [[null], [null], [null]];
  library.call('XGBoosterFeatureScore', booster, '{"importance_type":"total_gain"}', count, used, dimensions, shape, scores);
  const usedNames = texts(used, Number(count[0]));
  const gains = floats(scores, usedNames.length);
  const position = new Map(featureNames(library, booster).map((name, column) => [name, column]));
  const result = new Float64Array(featureCount);
  for (const [i, name] of usedNames.entries()) {
    const column = position.get(name) ?? Number(/^f(\d+)$/.exec(name)?.[1]);
    if (!(column < featureCount)) throw new TypeError(`Invariant: XGBoost scored feature ${name}, which the model does not have`);
    result[column] = gains[i] ?? 0;
  }
  return result;
}

function featureNames(library: XgboostLibrary, booster: NativeHandle): readonly string[] {
  const [count, names]: readonly [Count, Out<NativeHandle>] = [[0], [null]];
  library.call('XGBoosterGetStrFeatureInfo', booster, 'feature_name', count, names);
  return texts(names, Number(count[0]));
}

function texts(pointer: Out<NativeHandle>, count: number): readonly string[] {
  return count === 0 ? [] : (koffi.decode(pointer[0], 'const char *', count) as readonly string[]);
}

function modelText(library: XgboostLibrary, booster: NativeHandle): string {
  const [length, bytes]: readonly [Count, Out<NativeHandle>] = [[0], [null]];
  library.call('XGBoosterSaveModelToBuffer', booster, '{"format":"json"}', length, bytes);
  return new TextDecoder().decode(koffi.decode(bytes[0], 'uint8_t', Number(length[0])) as Uint8Array);
}

function countOf(read: (out: Count) => void): number {
  const out: Count = [0];
  read(out);
  return Number(out[0]);
}
