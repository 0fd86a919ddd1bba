/** Datasets of LightGBM out of typed arrays. */
import type { BoosterData, BoosterExamples } from '../../core/models/gradient-boosting.js';
import type { LightgbmLibrary, NativeHandle } from './lightgbm-library.js';
import { DOUBLE_TYPE, FLOAT_TYPE, INT32_TYPE, ROW_MAJOR, handleOf } from './lightgbm-library.js';

/** A dataset to fit on; the caller frees it. */
export function createDataset(library: LightgbmLibrary, data: BoosterData, parameters: string): NativeHandle {
  return create(library, data, { parameters, reference: null, featureNames: data.featureNames });
}

/** A dataset to watch the fit on, binned as `reference`; the caller frees it. */
export function createValidationDataset(
  library: LightgbmLibrary,
  examples: BoosterExamples,
  made: { parameters: string; reference: NativeHandle },
): NativeHandle {
  return create(library, examples, { ...made, featureNames: null });
}

interface Making {
  readonly parameters: string;
  readonly reference: NativeHandle | null;
  readonly featureNames: readonly string[] | null;
}

function create(library: LightgbmLibrary, { x, y, weights, groups }: BoosterExamples, { parameters, reference, featureNames }: Making): NativeHandle {
  const out: [NativeHandle | null] = [null];
  library.call('LGBM_DatasetCreateFromMat', x.values, DOUBLE_TYPE, x.rowCount, x.columnCount, ROW_MAJOR, parameters, reference, out);
  const dataset = handleOf(out);
  try {
    library.call('LGBM_DatasetSetField', dataset, 'label', Float32Array.from(y), y.length, FLOAT_TYPE);
    // Equal weights are the library's default: left out, so that the model is the one it fits without weights.
    if (weights.some((weight) => weight !== 1)) library.call('LGBM_DatasetSetField', dataset, 'weight', Float32Array.from(weights), weights.length, FLOAT_TYPE);
    if (groups !== undefined) library.call('LGBM_DatasetSetField', dataset, 'group', groups, groups.length, INT32_TYPE);
    if (featureNames !== null) library.call('LGBM_DatasetSetFeatureNames', dataset, featureNames, featureNames.length);
  } catch (error) {
    library.call('LGBM_DatasetFree', dataset);
    throw error;
  }
  return dataset;
}
