/** XGBoost's C interface (include/xgboost/c_api.h, version 3.2.0) bound through koffi: typed arrays are read where they lie. */
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { NumericalError } from '../../core/errors.js';
import { PipelineError } from '../../pipeline/errors.js';

/** An opaque pointer of the library. */
export type NativeHandle = object | bigint;

/** The C interface that is bound here. */
export const XGBOOST_VERSION = '3.2.0';

const SIGNATURES = {
  XGDMatrixCreateFromDense: 'const char *data, const char *config, _Out_ void **out',
  XGDMatrixSetInfoFromInterface: 'void *handle, const char *field, const char *data',
  XGDMatrixSetStrFeatureInfo: 'void *handle, const char *field, const char **features, uint64_t size',
  XGDMatrixFree: 'void *handle',
  XGBoosterCreate: 'void **matrices, uint64_t len, _Out_ void **out',
  XGBoosterFree: 'void *handle',
  XGBoosterSetParam: 'void *handle, const char *name, const char *value',
  XGBoosterSetStrFeatureInfo: 'void *handle, const char *field, const char **features, uint64_t size',
  XGBoosterGetStrFeatureInfo: 'void *handle, const char *field, _Out_ uint64_t *size, _Out_ void **features',
  XGBoosterUpdateOneIter: 'void *handle, int iteration, void *train',
  XGBoosterEvalOneIter: 'void *handle, int iteration, void **matrices, const char **names, uint64_t len, _Out_ const char **out',
  XGBoosterSlice: 'void *handle, int begin, int end, int step, _Out_ void **out',
  XGBoosterBoostedRounds: 'void *handle, _Out_ int *out',
  XGBoosterGetNumFeature: 'void *handle, _Out_ uint64_t *out',
  XGBoosterPredictFromDMatrix: 'void *handle, void *matrix, const char *config, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **result',
  XGBoosterPredictFromDense:
    'void *handle, const char *values, const char *config, void *proxy, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **result',
  XGBoosterFeatureScore:
    'void *handle, const char *config, _Out_ uint64_t *count, _Out_ void **features, _Out_ uint64_t *dimensions, _Out_ void **shape, _Out_ void **scores',
  XGBoosterSaveModelToBuffer: 'void *handle, const char *config, _Out_ uint64_t *length, _Out_ void **bytes',
  XGBoosterLoadModelFromBuffer: 'void *handle, const void *bytes, uint64_t length',
} as const;

type FunctionName = keyof typeof SIGNATURES;
type NativeFunction = (...args: readonly unknown[]) => number;

export interface XgboostLibrary {
  /** Calls a function, each of which returns 0 or -1. @throws NumericalError with the library's own message when it reports a failure. */
  call(name: FunctionName, ...args: readonly unknown[]): void;
}

/** How a library that is not there or not the right one is got. */
const SET_UP = 'npm start sets up the right one, ARES_XGBOOST_LIBRARY names another file';

/**
 * The library at a path.
 * @throws PipelineError UnsupportedDevice when it cannot be loaded or is another version than 3.2.0; the message says how to get it.
 */
export function openXgboost(path: string): XgboostLibrary {
  const library = loadLibrary(path);
  checkVersion(library, path);
  const lastError = library.func('const char *XGBGetLastError()') as () => string;
  const functions = Object.fromEntries(
    Object.entries(SIGNATURES).map(([name, parameters]) => [name, library.func(`int ${name}(${parameters})`)]),
  ) as unknown as Readonly<Record<FunctionName, NativeFunction>>;
  return {
    call: (name, ...args) => {
      if (functions[name](...args) !== 0) throw new NumericalError(`XGBoost ${name}: ${plainMessage(lastError())}`);
    },
  };
}

/** The object behind an out parameter. */
export function handleOf([handle]: readonly [NativeHandle | null]): NativeHandle {
  if (handle === null) throw new TypeError('Invariant: XGBoost reported success but returned no handle');
  return handle;
}

/** The message without the clock before it and the native stack below it, which differ from run to run. */
function plainMessage(message: string): string {
  const [text = message] = message.split('\nStack trace');
  return text.replace(/^\[\d\d:\d\d:\d\d\] /, '').trim();
}

function checkVersion(library: LibraryHandle, path: string): void {
  let found: string;
  try {
    const parts = [new Int32Array(1), new Int32Array(1), new Int32Array(1)] as const;
    library.func('void XGBoostVersion(void *major, void *minor, void *patch)')(...parts);
    found = parts.map(([part]) => part).join('.');
  } catch (cause) {
    throw new PipelineError('UnsupportedDevice', `expected XGBoost ${XGBOOST_VERSION} at ${path}, found a library without a version; ${SET_UP}`, { cause });
  }
  if (found !== XGBOOST_VERSION) throw new PipelineError('UnsupportedDevice', `expected XGBoost ${XGBOOST_VERSION} at ${path}, found ${found}; ${SET_UP}`);
}

function loadLibrary(path: string): LibraryHandle {
  try {
    return koffi.load(path);
  } catch (cause) {
    throw new PipelineError('UnsupportedDevice', `expected XGBoost's library at ${path}; ${SET_UP}`, { cause });
  }
}
