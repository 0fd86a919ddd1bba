/** The barriers chosen for the labels, with every candidate that was tried. */
import type { EventRule } from './event-bars.js';

/** One combination of barriers. */
export interface LabelCandidate {
  /** Target distance in units of volatility. */
  readonly takeProfit: number;
  /** Stop distance in units of volatility. */
  readonly stopLoss: number;
  /** Vertical barrier in analyst bars. */
  readonly holdingBars: number;
}

export interface ScoredLabelCandidate extends LabelCandidate {
  /** Mean of the folds' scores; null where a fold had too little data. */
  readonly score: number | null;
  /** Score of the rule on each left-out fold; null = too little data. */
  readonly foldScores: readonly (number | null)[];
  /** Rule chosen on the other folds, one a fold. */
  readonly foldRules: readonly string[];
  /** Sum of uniqueness of the train rows under these barriers. */
  readonly effectiveSampleSize: number;
}

/** Artifact label-choice of step 4. Each candidate counts as a trial in the deflated statistics. */
export interface LabelChoice extends LabelCandidate, EventRule {
  /** holdingBars x analyst bar length. */
  readonly holdingMs: number;
  /** Span of the exponential volatility that scales the barriers. */
  readonly volatilitySpanBars: number;
  /** Seed of the sequential bootstraps that weigh train rows; null or absent = they weigh their uniqueness. */
  readonly bootstrapSeed?: number | null;
  /** insufficient: no candidate could be scored, so the first one stands. */
  readonly status: 'chosen' | 'insufficient';
  readonly reason: string;
  /** What a score is, in words. */
  readonly score: string;
  readonly candidates: readonly ScoredLabelCandidate[];
}
