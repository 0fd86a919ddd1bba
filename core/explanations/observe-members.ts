/** A trained chain whose members remember what they were last asked and what they said: decisions are explained from the very matrices they were made from. */
import type { ChainModel, TrainedChain } from '../chain/trained-chain.js';
import type { Classifier, Matrix } from '../models/model.js';

/** One member's latest prediction. */
export interface MemberCall {
  readonly classifier: Classifier;
  readonly features: Matrix;
  readonly rows: Int32Array;
  readonly probabilities: Float64Array;
}

/** Latest predictions by memberKey, in the order of the members; a member that was not asked is missing. */
export type MemberCalls = ReadonlyMap<string, MemberCall>;

export interface ObservedChain {
  /** The same chain, to be applied in its place; the chain itself is what is disposed of. */
  readonly observed: TrainedChain;
  /** What the members were asked since, by role. */
  readonly calls: Readonly<Record<'analyst' | 'tactician', MemberCalls>>;
}

/** The chain under observation. Matrices are kept, not copied, until the next prediction. */
export function observeMembers(chain: TrainedChain): ObservedChain {
  const calls = { analyst: new Map<string, MemberCall>(), tactician: new Map<string, MemberCall>() };
  return { observed: { ...chain, analyst: observe(chain.analyst, calls.analyst), tactician: observe(chain.tactician, calls.tactician) }, calls };
}

function observe(model: ChainModel, calls: Map<string, MemberCall>): ChainModel {
  const classifiers = new Map(
    [...model.classifiers].map(([key, classifier]): [string, Classifier] => [
      key,
      {
        ...classifier,
        predictProba: (features, rows) => {
          const probabilities = classifier.predictProba(features, rows);
          calls.set(key, { classifier, features, rows, probabilities });
          return probabilities;
        },
      },
    ]),
  );
  return { ...model, classifiers };
}
