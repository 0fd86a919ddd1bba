/** The gradient boosting port over LightGBM's C library; every native handle has one owner that frees it. */
import { checkBoosterData } from '../../core/models/check-booster-data.js';
import type { Booster, BoosterData, GradientBoosting } from '../../core/models/gradient-boosting.js';
import type { Matrix } from '../../core/models/model.js';
import { nativeLibraryPath } from '../local-paths.js';
import type { LightgbmLibrary, NativeHandle } from './lightgbm-library.js';
import { DOUBLE_TYPE, ROW_MAJOR, handleOf, openLightgbm } from './lightgbm-library.js';
import type { Training } from './lightgbm-training.js';
import { trainBooster } from './lightgbm-training.js';

/** Codes of include/LightGBM/c_api.h. */
const PREDICT_NORMAL = 0;
const PREDICT_CONTRIBUTIONS = 3;
const SPLIT_IMPORTANCE = 0;
const GAIN_IMPORTANCE = 1;

/** Settings without which trees depend on threads, or lines appear on standard output. */
const FIXED_PARAMETERS = { deterministic: true, force_row_wise: true, verbosity: -1 } as const;

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

function train(library: LightgbmLibrary, data: BoosterData, training: Training): Booster {
  checkBoosterData(data);
  const parameters = { num_threads: 1, ...training.parameters, ...FIXED_PARAMETERS };
  const { handle, rounds } = trainBooster(library, data, { ...training, parameters });
  return makeBooster(library, { handle, rounds, threads: Number(parameters.num_threads) });
}

function load(library: LightgbmLibrary, modelText: string): Booster {
  const out: [NativeHandle | null] = [null];
  const rounds = new Int32Array(1);
  library.call('LGBM_BoosterLoadModelFromString', modelText, rounds, out);
  return makeBooster(library, { handle: handleOf(out), rounds: rounds[0] ?? 0, threads: 1 });
}

interface NativeBooster {
  readonly handle: NativeHandle;
  readonly rounds: number;
  readonly threads: number;
}

function makeBooster(library: LightgbmLibrary, { handle, rounds, threads }: NativeBooster): Booster {
  let live = true;
  const use = (): NativeHandle => {
    if (!live) throw new TypeError('expected a booster in use, found one that was disposed');
    return handle;
  };
  const featureCount = countOf(library, 'LGBM_BoosterGetNumFeature', handle);
  const classCount = countOf(library, 'LGBM_BoosterGetNumClasses', handle);
  const settings = `num_threads=${threads}`;
  const predict = (x: Matrix, kind: number, width: number): Float64Array => {
    if (x.columnCount !== featureCount) throw new RangeError(`expected ${featureCount} feature columns as fitted, found ${x.columnCount}`);
    const result = new Float64Array(x.rowCount * width * classCount);
    const shape = [DOUBLE_TYPE, x.rowCount, x.columnCount, ROW_MAJOR, kind, 0, rounds] as const;
    if (x.rowCount > 0) library.call('LGBM_BoosterPredictForMat', use(), x.values, ...shape, settings, new BigInt64Array(1), result);
    return result;
  };
  return {
    rounds,
    predict: (x) => predict(x, PREDICT_NORMAL, 1),
    contributions: (x) => {
      const sums = predict(x, PREDICT_CONTRIBUTIONS, x.columnCount + 1);
      return isAverage(library, use()) ? sums.map((sum) => sum / rounds) : sums;
    },
    interactions: null,
    importance: () => {
      const gains = new Float64Array(featureCount);
      library.call('LGBM_BoosterFeatureImportance', use(), rounds, GAIN_IMPORTANCE, gains);
      return gains;
    },
    modelText: () => modelText(library, use(), rounds),
    dispose: () => {
      if (live) library.call('LGBM_BoosterFree', handle);
      live = false;
    },
  };
}

function countOf(library: LightgbmLibrary, name: 'LGBM_BoosterGetNumFeature' | 'LGBM_BoosterGetNumClasses', handle: NativeHandle): number {
  const count = new Int32Array(1);
  library.call(name, handle, count);
  return count[0] ?? 0;
}

/** Whether predictions are the mean of the trees (forests), where the library's contributions are still their sum. */
function isAverage(library: LightgbmLibrary, handle: NativeHandle): boolean {
  return modelText(library, handle, 1).includes('\naverage_output\n');
}

function modelText(library: LightgbmLibrary, handle: NativeHandle, rounds: number): string {
  const length = new BigInt64Array(1);
  library.call('LGBM_BoosterSaveModelToString', handle, 0, rounds, SPLIT_IMPORTANCE, 0, length, new Uint8Array(1));
  const bytes = new Uint8Array(Number(length[0]));
  library.call('LGBM_BoosterSaveModelToString', handle, 0, rounds, SPLIT_IMPORTANCE, bytes.length, length, bytes);
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.length - 1));
  return text.replace(/^\[num_threads: \d+\]$/m, '[num_threads: 1]');
}
