/** Everything that turns raw 1m bars into decisions: the parts of a finished run, loaded and ready. */
import type { StrategyParameters } from '../backtest/strategy-parameters.js';
import type { Calibrator } from '../calibration/calibrator.js';
import type { Ensemble } from '../ensembles/ensemble.js';
import type { LabelChoice } from '../labels/label-choice.js';
import type { Classifier } from '../models/model.js';
import type { RegimeModel } from '../regimes/regime-model.js';
import type { TacticianRules } from './tactician-examples.js';

/** One of the two models: an ensemble, its members' classifiers and the calibrator of its output. */
export interface ChainModel {
  readonly ensemble: Ensemble;
  /** Loaded members by memberKey. */
  readonly classifiers: ReadonlyMap<string, Classifier>;
  readonly calibrator: Calibrator;
}

/** A trained chain. `dispose` frees the native memory of its models; the chain is unusable after it. */
export interface TrainedChain {
  /** Length of the analyst's bars. */
  readonly periodMs: number;
  readonly regimeModel: RegimeModel;
  readonly labelChoice: LabelChoice;
  /** Market, feature set and entry rule of the tactician. */
  readonly rules: TacticianRules;
  readonly analyst: ChainModel;
  readonly tactician: ChainModel;
  /** memberKey of the pooled single model: the baseline without regimes, stacking and calibration. */
  readonly pooledMember: string;
  readonly parameters: StrategyParameters;
  dispose(): void;
}
