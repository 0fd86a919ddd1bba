/** XGBoost's matrices out of typed arrays, which it reads at their address by NumPy's array interface. */
import koffi from 'koffi';
import type { BoosterExamples } from '../../core/models/gradient-boosting.js';
import type { Matrix } from '../../core/models/model.js';
import type { NativeHandle, XgboostLibrary } from './xgboost-library.js';
import { handleOf } from './xgboost-library.js';

/** What a column holds, for the library: numbers, or codes without order. */
export type FeatureType = 'float' | 'c';

export interface MatrixNames {
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly FeatureType[] | null;
}

/** A typed array as the library finds it; the array must stay reachable during the call. JSON, but for NaN. */
export function arrayInterface(values: Float64Array | Float32Array | Uint32Array, shape: readonly number[]): string {
  const typestr = values instanceof Float64Array ? '<f8' : values instanceof Float32Array ? '<f4' : '<u4';
  return `{"data":[${koffi.address(values)},true],"shape":[${shape.join(',')}],"strides":null,"typestr":"${typestr}","version":3}`;
}

/** Bare rows, for contributions; the caller frees it. */
export function createMatrix(library: XgboostLibrary, x: Matrix, threads: number): NativeHandle {
  const out: [NativeHandle | null] = [null];
  library.call('XGDMatrixCreateFromDense', arrayInterface(x.values, [x.rowCount, x.columnCount]), `{"missing":NaN,"nthread":${threads}}`, out);
  return handleOf(out);
}

/** Rows with targets, weights and queries; the caller frees it. */
export function createExamples(
  library: XgboostLibrary,
  { x, y, weights, groups }: BoosterExamples,
  { names, threads }: { names: MatrixNames; threads: number },
): NativeHandle {
  const matrix = createMatrix(library, x, threads);
  try {
    setInfo(library, matrix, { label: Float32Array.from(y) });
    // Equal weights are the library's default: left out, so that the model is the one it fits without weights.
    if (weights.some((weight) => weight !== 1)) {
      if (groups !== undefined) throw new RangeError('expected no sample weights beside queries: XGBoost weighs whole queries');
      setInfo(library, matrix, { weight: Float32Array.from(weights) });
    }
    if (groups !== undefined) setInfo(library, matrix, { group: Uint32Array.from(groups) });
    nameFeatures(library, matrix, names);
    return matrix;
  } catch (error) {
    library.call('XGDMatrixFree', matrix);
    throw error;
  }
}

function nameFeatures(library: XgboostLibrary, matrix: NativeHandle, { featureNames, featureTypes }: MatrixNames): void {
  library.call('XGDMatrixSetStrFeatureInfo', matrix, 'feature_name', featureNames, featureNames.length);
  if (featureTypes !== null) library.call('XGDMatrixSetStrFeatureInfo', matrix, 'feature_type', featureTypes, featureTypes.length);
}

function setInfo(library: XgboostLibrary, matrix: NativeHandle, fields: Readonly<Record<string, Float32Array | Uint32Array>>): void {
  for (const [field, values] of Object.entries(fields)) {
    library.call('XGDMatrixSetInfoFromInterface', matrix, field, arrayInterface(values, [values.length]));
  }
}
