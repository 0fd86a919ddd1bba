/** The record of one trading decision: both models' predictions and the position that follows, replayed to the same numbers from itself. */
import type { EntryRules } from '../backtest/plan-entries.js';
import { planEntries } from '../backtest/plan-entries.js';
import type { ChainModel } from '../chain/trained-chain.js';
import { InvalidData } from '../errors.js';
import type { PredictionInputs, PredictionRecord } from './explain-ensemble.js';
import { recordPrediction } from './explain-ensemble.js';

export interface DecisionInputs {
  /** UTC ms. */
  readonly signalTimeMs: number;
  readonly entryTimeMs: number;
  /** 1 long, -1 short. */
  readonly side: 1 | -1;
  /** Of the signal's bar, as a log return. */
  readonly volatility: number;
  readonly analyst: PredictionInputs;
  readonly tactician: PredictionInputs;
}

export interface DecisionRecord extends Omit<DecisionInputs, 'analyst' | 'tactician'> {
  readonly schema: 'ares.decision-record';
  readonly analyst: PredictionRecord;
  readonly tactician: PredictionRecord;
  /** Probability of the pooled single model, before calibration. */
  readonly pooled: number;
  /** Position as a fraction of equity; 0 = the decision is not followed. */
  readonly size: number;
}

/** What turns inputs into a decision: the models and the rules of a trained chain. */
export interface DecisionMaker {
  readonly analyst: ChainModel;
  readonly tactician: ChainModel;
  /** memberKey of the pooled single model among the analyst's members. */
  readonly pooledMember: string;
  readonly rules: EntryRules;
}

/** The decision that follows from the inputs, with all that led to it. @throws InvalidData when a model's feature or the pooled model is missing. */
export function recordDecision(maker: DecisionMaker, inputs: DecisionInputs): DecisionRecord {
  const analyst = recordPrediction(maker.analyst, inputs.analyst);
  const tactician = recordPrediction(maker.tactician, inputs.tactician);
  const pooled = analyst.members.find(({ member }) => member === maker.pooledMember)?.probability;
  if (pooled === undefined) throw new InvalidData(`expected the pooled single model ${maker.pooledMember} among the analyst's members`);
  const { signalTimeMs, entryTimeMs, side, volatility } = inputs;
  const plan = planEntries(
    {
      signalTimeMs: Float64Array.of(signalTimeMs),
      entryTimeMs: Float64Array.of(entryTimeMs),
      side: Int32Array.of(side),
      analyst: Float64Array.of(analyst.calibrated),
      tactician: Float64Array.of(tactician.calibrated),
      pooled: Float64Array.of(pooled),
      volatility: Float64Array.of(volatility),
      regimes: Float64Array.from(inputs.tactician.regimes),
    },
    maker.rules,
  );
  return { schema: 'ares.decision-record', signalTimeMs, entryTimeMs, side, volatility, analyst, tactician, pooled, size: plan.sizes[0] ?? 0 };
}

/** The decision made again from what a record says went in: equal to the record where models and rules are those that made it. */
export function replayDecision(maker: DecisionMaker, record: DecisionRecord): DecisionRecord {
  const { signalTimeMs, entryTimeMs, side, volatility, analyst, tactician } = record;
  return recordDecision(maker, { signalTimeMs, entryTimeMs, side, volatility, analyst: analyst.inputs, tactician: tactician.inputs });
}
