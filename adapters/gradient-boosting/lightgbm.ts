/** The gradient boosting port over LightGBM's C library; every native handle has one owner that frees it. */
import type { Booster, BoosterData, GradientBoosting } from '../../core/models/gradient-boosting.js';
import type { Matrix } from '../../core/models/model.js';
import { nativeLibraryPath } from '../local-paths.js';
import type { LightgbmLibrary, NativeHandle } from './lightgbm-library.js';
import { openLightgbm } from './lightgbm-library.js';

/** Codes of include/LightGBM/c_api.h. */
const FLOAT_TYPE = 0;
const DOUBLE_TYPE = 1;
const ROW_MAJOR = 1;
const PREDICT_NORMAL = 0;
const PREDICT_CONTRIBUTIONS = 3;
const SPLIT_IMPORTANCE = 0;
const GAIN_IMPORTANCE = 1;
const ALL_ITERATIONS = -1;

/** Settings without which trees depend on threads, or lines appear on standard output. */
const FIXED_PARAMETERS = { deterministic: true, force_row_wise: true, verbosity: -1 } as const;

type Parameters = Readonly<Record<string, number | string | boolean>>;

/**
 * The port; the library is loaded on first use. Trees do not depend on threads. `num_threads` (default 1) is used for
 * fitting and predicting, and is left out of the model text, which reads 1 whatever it was.
 */
export function makeGradientBoosting(libraryPath: string = nativeLibraryPath('lightgbm')): GradientBoosting {
  let opened: LightgbmLibrary | undefined;
  const library = (): LightgbmLibrary => (opened ??= openLightgbm(libraryPath));
  return {
    library: 'lightgbm',
    version: '4.7.0',
    // eslint-disable-next-line max-params -- the port's own signature
    train: (data, parameters, rounds, iteration) => train(library(), data, { parameters, rounds, iteration }),
    load: (modelText) => load(library(), modelText),
  };
}

interface Training {
  readonly parameters: Parameters;
  readonly rounds: number;
  readonly iteration: ((round: number) => boolean) | undefined;
}

function train(library: LightgbmLibrary, data: BoosterData, { parameters, rounds, iteration }: Training): Booster {
  const text = parameterText({ num_threads: 1, ...parameters, ...FIXED_PARAMETERS });
  const dataset = createDataset(library, data, text);
  try {
    const out: [NativeHandle | null] = [null];
    library.call('LGBM_BoosterCreate', dataset, text, out);
    const booster = makeBooster(library, handleOf(out), Number(parameters['num_threads'] ?? 1));
    try {
      updateRounds(library, handleOf(out), { rounds, iteration });
    } catch (error) {
      booster.dispose();
      throw error;
    }
    return booster;
  } finally {
    library.call('LGBM_DatasetFree', dataset);
  }
}

function updateRounds(library: LightgbmLibrary, handle: NativeHandle, { rounds, iteration }: Pick<Training, 'rounds' | 'iteration'>): void {
  const finished = new Int32Array(1);
  for (let round = 0; round < rounds; round++) {
    library.call('LGBM_BoosterUpdateOneIter', handle, finished);
    if (finished[0] === 1 || iteration?.(round) === false) return;
  }
}

function createDataset(library: LightgbmLibrary, data: BoosterData, parameters: string): NativeHandle {
  const { x, y, weights, featureNames } = data;
  const out: [NativeHandle | null] = [null];
  library.call('LGBM_DatasetCreateFromMat', x.values, DOUBLE_TYPE, x.rowCount, x.columnCount, ROW_MAJOR, parameters, null, out);
  const dataset = handleOf(out);
  try {
    library.call('LGBM_DatasetSetField', dataset, 'label', Float32Array.from(y), y.length, FLOAT_TYPE);
    // Equal weights are the library's default: left out, so that the model is the one it fits without weights.
    if (weights.some((weight) => weight !== 1)) library.call('LGBM_DatasetSetField', dataset, 'weight', Float32Array.from(weights), weights.length, FLOAT_TYPE);
    library.call('LGBM_DatasetSetFeatureNames', dataset, featureNames, featureNames.length);
  } catch (error) {
    library.call('LGBM_DatasetFree', dataset);
    throw error;
  }
  return dataset;
}

function load(library: LightgbmLibrary, modelText: string): Booster {
  const out: [NativeHandle | null] = [null];
  library.call('LGBM_BoosterLoadModelFromString', modelText, new Int32Array(1), out);
  return makeBooster(library, handleOf(out), 1);
}

function makeBooster(library: LightgbmLibrary, handle: NativeHandle, threads: number): Booster {
  let live = true;
  const use = (): NativeHandle => {
    if (!live) throw new TypeError('expected a booster in use, found one that was disposed');
    return handle;
  };
  const features = new Int32Array(1);
  library.call('LGBM_BoosterGetNumFeature', handle, features);
  const featureCount = features[0] ?? 0;
  const predict = (x: Matrix, kind: number, width: number): Float64Array => {
    if (x.columnCount !== featureCount) throw new RangeError(`expected ${featureCount} feature columns as fitted, found ${x.columnCount}`);
    const result = new Float64Array(x.rowCount * width);
    if (x.rowCount === 0) return result;
    library.call(
      'LGBM_BoosterPredictForMat',
      use(),
      x.values,
      DOUBLE_TYPE,
      x.rowCount,
      x.columnCount,
      ROW_MAJOR,
      kind,
      0,
      ALL_ITERATIONS,
      `num_threads=${threads}`,
      new BigInt64Array(1),
      result,
    );
    return result;
  };
  return {
    predict: (x) => predict(x, PREDICT_NORMAL, 1),
    contributions: (x) => predict(x, PREDICT_CONTRIBUTIONS, x.columnCount + 1),
    importance: () => {
      const gains = new Float64Array(featureCount);
      library.call('LGBM_BoosterFeatureImportance', use(), ALL_ITERATIONS, GAIN_IMPORTANCE, gains);
      return gains;
    },
    modelText: () => modelText(library, use()),
    dispose: () => {
      if (live) library.call('LGBM_BoosterFree', handle);
      live = false;
    },
  };
}

function modelText(library: LightgbmLibrary, handle: NativeHandle): string {
  const length = new BigInt64Array(1);
  library.call('LGBM_BoosterSaveModelToString', handle, 0, ALL_ITERATIONS, SPLIT_IMPORTANCE, 0, length, new Uint8Array(1));
  const bytes = new Uint8Array(Number(length[0]));
  library.call('LGBM_BoosterSaveModelToString', handle, 0, ALL_ITERATIONS, SPLIT_IMPORTANCE, bytes.length, length, bytes);
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.length - 1));
  return text.replace(/^\[num_threads: \d+\]$/m, '[num_threads: 1]');
}

function parameterText(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}

function handleOf([handle]: readonly [NativeHandle | null]): NativeHandle {
  if (handle === null) throw new TypeError('Invariant: LightGBM reported success but returned no handle');
  return handle;
}
