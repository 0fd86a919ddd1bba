/** LightGBM's C interface (include/LightGBM/c_api.h, version 4.7.0) bound through koffi: typed arrays go in without copies. */
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { NumericalError } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';

/** Codes of include/LightGBM/c_api.h. */
export const FLOAT_TYPE = 0;
export const DOUBLE_TYPE = 1;
export const INT32_TYPE = 2;
export const ROW_MAJOR = 1;

/** An opaque pointer of the library. */
export type NativeHandle = object;

/** C functions by their own names; each returns 0, or -1 with the text at LGBM_GetLastError. */
export interface LightgbmFunctions {
  readonly LGBM_DatasetCreateFromMat: NativeFunction;
  readonly LGBM_DatasetSetField: NativeFunction;
  readonly LGBM_DatasetSetFeatureNames: NativeFunction;
  readonly LGBM_DatasetFree: NativeFunction;
  readonly LGBM_BoosterCreate: NativeFunction;
  readonly LGBM_BoosterFree: NativeFunction;
  readonly LGBM_BoosterAddValidData: NativeFunction;
  readonly LGBM_BoosterUpdateOneIter: NativeFunction;
  readonly LGBM_BoosterGetCurrentIteration: NativeFunction;
  readonly LGBM_BoosterGetEvalCounts: NativeFunction;
  readonly LGBM_BoosterGetEval: NativeFunction;
  readonly LGBM_BoosterGetNumClasses: NativeFunction;
  readonly LGBM_BoosterGetNumFeature: NativeFunction;
  readonly LGBM_BoosterPredictForMat: NativeFunction;
  readonly LGBM_BoosterFeatureImportance: NativeFunction;
  readonly LGBM_BoosterSaveModelToString: NativeFunction;
  readonly LGBM_BoosterLoadModelFromString: NativeFunction;
}

type NativeFunction = (...args: readonly unknown[]) => number;

export interface LightgbmLibrary {
  /** Calls a function. @throws NumericalError with the library's own message when it reports a failure. */
  call(name: keyof LightgbmFunctions, ...args: readonly unknown[]): void;
}

const SIGNATURES: Readonly<Record<keyof LightgbmFunctions, string>> = {
  LGBM_DatasetCreateFromMat:
    'const void *data, int data_type, int32_t nrow, int32_t ncol, int is_row_major, const char *parameters, void *reference, _Out_ void **out',
  LGBM_DatasetSetField: 'void *handle, const char *field_name, const void *field_data, int num_element, int type',
  LGBM_DatasetSetFeatureNames: 'void *handle, const char **feature_names, int num_feature_names',
  LGBM_DatasetFree: 'void *handle',
  LGBM_BoosterCreate: 'void *train_data, const char *parameters, _Out_ void **out',
  LGBM_BoosterFree: 'void *handle',
  LGBM_BoosterAddValidData: 'void *handle, void *valid_data',
  LGBM_BoosterUpdateOneIter: 'void *handle, void *is_finished',
  LGBM_BoosterGetCurrentIteration: 'void *handle, void *out_iteration',
  LGBM_BoosterGetEvalCounts: 'void *handle, void *out_len',
  LGBM_BoosterGetEval: 'void *handle, int data_idx, void *out_len, void *out_results',
  LGBM_BoosterGetNumClasses: 'void *handle, void *out_len',
  LGBM_BoosterGetNumFeature: 'void *handle, void *out',
  LGBM_BoosterPredictForMat:
    'void *handle, const void *data, int data_type, int32_t nrow, int32_t ncol, int is_row_major, int predict_type, int start_iteration, int num_iteration, const char *parameter, void *out_len, void *out_result',
  LGBM_BoosterFeatureImportance: 'void *handle, int num_iteration, int importance_type, void *out_results',
  LGBM_BoosterSaveModelToString:
    'void *handle, int start_iteration, int num_iteration, int feature_importance_type, int64_t buffer_len, void *out_len, void *out_str',
  LGBM_BoosterLoadModelFromString: 'const char *model_str, void *out_num_iterations, _Out_ void **out',
};

/** How a library that is not there or not the right one is got. */
const SET_UP = 'npm start sets up the right one, ARES_LIGHTGBM_LIBRARY names another';

/**
 * The library at a path.
 * @throws PipelineError UnsupportedDevice when it cannot be loaded or lacks a function of version 4.7.0; the message says how to get it.
 */
export function openLightgbm(path: string): LightgbmLibrary {
  const library = loadLibrary(path);
  const { lastError, functions } = bind(library, path);
  return {
    call: (name, ...args) => {
      if (functions[name](...args) !== 0) throw new NumericalError(`LightGBM ${name}: ${lastError()}`);
    },
  };
}

/** The object behind an out parameter. */
export function handleOf([handle]: readonly [NativeHandle | null]): NativeHandle {
  if (handle === null) throw new TypeError('Invariant: LightGBM reported success but returned no handle');
  return handle;
}

function bind(library: LibraryHandle, path: string): { lastError: () => string; functions: LightgbmFunctions } {
  try {
    const lastError = library.func('const char *LGBM_GetLastError()') as () => string;
    const bound = Object.entries(SIGNATURES).map(([name, parameters]) => [name, library.func(`int ${name}(${parameters})`)]);
    return { lastError, functions: Object.fromEntries(bound) as unknown as LightgbmFunctions };
  } catch (cause) {
    throw new PipelineError('UnsupportedDevice', `expected LightGBM 4.7.0 at ${path}, found a library without its functions; ${SET_UP}`, { cause });
  }
}

function loadLibrary(path: string): LibraryHandle {
  try {
    return koffi.load(path);
  } catch (cause) {
    throw new PipelineError('UnsupportedDevice', `expected LightGBM's library at ${path}; ${SET_UP}`, { cause });
  }
}
