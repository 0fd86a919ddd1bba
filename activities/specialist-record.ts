/** What steps 5, 6 and 9 write down about each specialist; the ensembles and the report read it. */
import type { EnsembleScores } from '../core/nn/network-ensemble.js';

/** Scores of probabilities over labelled rows, each row weighted by its uniqueness. */
export interface ProbabilityScores {
  readonly rows: number;
  /** Sum of uniqueness over the rows. */
  readonly effectiveSample: number;
  /** Nats; null for no rows. */
  readonly logLoss: number | null;
  readonly brier: number | null;
  /** Out of fold only rows of the same fold are compared, and the folds' values averaged by their pairs. Null where a class is missing. */
  readonly areaUnderCurve: number | null;
  /** Share of rows whose likelier class came true; null for no rows. */
  readonly accuracy: number | null;
}

export interface SpecialistRecord {
  readonly regime: string;
  readonly family: string;
  /** pooled = no model of its own: the model of all regimes serves, for the reason given. */
  readonly status: 'trained' | 'pooled';
  readonly reason: string | null;
  /** Labelled train rows of the regime, and the sum of their uniqueness. */
  readonly rows: number;
  readonly effectiveSample: number;
  /** Share of class 1 among them; null for no rows. */
  readonly baseRate: number | null;
  /** Columns of the final model. */
  readonly keptColumns: readonly string[];
  readonly folds: readonly SpecialistFoldRecord[];
  /** Null when pooled. */
  readonly scores: SpecialistScores | null;
  /** The same of a forecast of the base rate of the rows each model was fitted on: the majority class, for accuracy. Null when pooled. */
  readonly baseline: SpecialistScores | null;
  /** Of an ensemble of networks that was trained. */
  readonly members?: MemberScores;
}

export interface SpecialistFoldRecord {
  readonly fold: number;
  /** Rows of the regime that the fold's model was fitted on, after purging, and their sum of uniqueness. */
  readonly fitRows: number;
  readonly effectiveSample: number;
  readonly testRows: number;
  readonly keptColumns: number;
}

/** The final model on the regime's own rows of the later segments. */
export interface LaterScores {
  readonly calibration: ProbabilityScores;
  readonly selection: ProbabilityScores;
}

export interface SpecialistScores extends LaterScores {
  /** Out of fold on train: the regime's own rows, and all rows. */
  readonly ownRows: ProbabilityScores;
  readonly allRows: ProbabilityScores;
}

/** Of the members of an ensemble of networks, in the order in which they were fitted. */
export interface MemberScores {
  /** Log loss on the examples that stopped the members' training, so too low; null where all examples were fitted. */
  readonly stopping: EnsembleScores | null;
  /** Each member on the regime's own rows of later segments, which no fit has seen; the ensemble's are the specialist's `scores`. */
  readonly later: readonly LaterScores[];
}

/** A tried family beside the original: out-of-fold scores on the regime's own rows. */
export interface EnhancementCandidate {
  readonly family: string;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly scores: ProbabilityScores;
  readonly kept: boolean;
  readonly reason: string;
  /** Trials of its search; 0 = no search. */
  readonly trials: number;
}

export interface EnhancementRecord {
  readonly regime: string;
  /** pooled = step 5 has no specialist for the regime, so there is nothing to enhance. */
  readonly status: 'enhanced' | 'pooled';
  readonly reason: string | null;
  /** Null when pooled. */
  readonly original: { readonly family: string; readonly scores: ProbabilityScores } | null;
  readonly candidates: readonly EnhancementCandidate[];
}
