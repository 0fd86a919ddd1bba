/** The tables that travel between steps: the columns each schema id promises. Columns beyond them are allowed. */

export type ColumnType = 'double' | 'integer' | 'boolean' | 'text';
export interface ColumnSpec {
  readonly type: ColumnType;
  /** NaN allowed; elsewhere a NaN stops the reader with InvalidData. */
  readonly nullable?: true;
}

const double = { type: 'double' } as const;
const nullable = { type: 'double', nullable: true } as const;
const integer = { type: 'integer' } as const;
const text = { type: 'text' } as const;
const boolean = { type: 'boolean' } as const;

const DECISION = {
  signalTimeMs: double,
  entryTimeMs: double,
  side: integer,
  analyst: double,
  tactician: double,
  pooled: double,
  volatility: double,
  analystRaw: double,
  tacticianRaw: double,
  BULL: double,
  BEAR: double,
  SIDEWAYS: double,
  VOLATILE: double,
} as const;

/** What is known of the certainty of one of the two models' probabilities. */
function certainty<Role extends 'analyst' | 'tactician'>(role: Role): Readonly<Record<`${Role}${CertaintyColumn}`, ColumnSpec>> {
  return Object.fromEntries(Object.entries(CERTAINTY).map(([name, spec]) => [`${role}${name}`, spec])) as Record<`${Role}${CertaintyColumn}`, ColumnSpec>;
}

/** Score and base are routed log-odds; Zero and One tell which labels the conformal set holds; the last three compare the row with train. */
const CERTAINTY = {
  Score: double,
  Base: double,
  Spread: double,
  Disagreement: double,
  Online: double,
  Zero: boolean,
  One: boolean,
  AdaptiveZero: boolean,
  AdaptiveOne: boolean,
  AdaptiveLevel: nullable,
  Dissimilarity: double,
  Anomaly: double,
  Dissimilar: boolean,
} as const satisfies Record<string, ColumnSpec>;
type CertaintyColumn = keyof typeof CERTAINTY;

/** Columns whose name ends in Ms are UTC milliseconds: Float64Array in memory, BIGINT in Parquet. */
export const SCHEMAS = {
  'ares.trades': { timeMs: double, id: double, price: double, quantity: double, buyerIsMaker: boolean },
  'ares.bars': {
    openTimeMs: double,
    closeTimeMs: double,
    open: double,
    high: double,
    low: double,
    close: double,
    volume: double,
    quoteVolume: nullable,
    tradeCount: nullable,
    takerBuyVolume: nullable,
    // Further columns of doubles are extras (core/data/bar-extras.ts).
  },
  /** Funding payments; markPrice is NaN where the source has none (the bar close then stands in). */
  'ares.funding': { timeMs: double, rate: double, markPrice: nullable },
  /** One value of an external series: the time it speaks of, and the time from which it may be used. */
  'ares.external': { timeMs: double, knownAtMs: double, value: double },
  /** Best quotes a bar (core/order-book/quote-bars.ts); of recordings also bidDepth and askDepth. */
  'ares.quotes': {
    openTimeMs: double,
    closeTimeMs: double,
    bid: nullable,
    ask: nullable,
    bidQuantity: nullable,
    askQuantity: nullable,
    quotedSpread: nullable,
    orderFlowImbalance: nullable,
    quoteUpdates: nullable,
  },
  /** One row a check or a repaired place: action is passed, repaired or flagged (refused ones fail the step). */
  'ares.quality': { check: text, action: text, count: integer, file: text, line: integer, timeMs: nullable, detail: text },
  /** One row an analyst bar; the four filtered probabilities in the order of REGIMES sum to 1. */
  'ares.regimes': { closeTimeMs: double, regime: integer, BULL: double, BEAR: double, SIDEWAYS: double, VOLATILE: double },
  /** Rows of one regime's dataset: indices into the analyst bars. */
  'ares.dataset': { row: integer, closeTimeMs: double, segment: text },
  /** One row an analyst bar. label 1 = up, 0 = down, NaN = not known within the data; barrier 1, -1, 0 = vertical. */
  'ares.labels': {
    closeTimeMs: double,
    labelEndMs: nullable,
    label: nullable,
    barrier: integer,
    logReturn: nullable,
    volatility: nullable,
    uniqueness: nullable,
    regime: integer,
    segment: text,
  },
  /** One row a decision time, feature columns beside it (NaN = warm-up or missing). */
  'ares.features': { closeTimeMs: double },
  /** Histogram of a feature in a window of rows over the deciles of train: count of values with above < value <= upTo (NaN = open). */
  'ares.distributions': { feature: text, window: text, bin: integer, above: nullable, upTo: nullable, count: integer },
  /** How far a feature's values in a window are from train: population stability index and Kolmogorov-Smirnov distance. */
  'ares.drift': {
    feature: text,
    window: text,
    count: integer,
    missing: integer,
    mean: nullable,
    deviation: nullable,
    stability: nullable,
    distance: nullable,
    threshold: nullable,
    shifted: boolean,
  },
  'ares.pruning': { feature: text, kept: boolean, stage: text, statistic: nullable, reason: text },
  /** Probabilities for rows of a features table; fold -1 = out of sample, else the fold that left the row out. */
  'ares.predictions': { row: integer, closeTimeMs: double, probability: double, fold: integer },
  /** Analyst output for train (out of fold at both levels), calibration and selection. */
  'ares.signals': { row: integer, closeTimeMs: double, probability: double, segment: text, fold: integer },
  /** One row a tactician example: an analyst signal at closeTimeMs, looked at and entered at entryTimeMs. */
  'ares.tactician-labels': {
    row: integer,
    closeTimeMs: double,
    entryTimeMs: double,
    side: integer,
    label: nullable,
    labelEndMs: nullable,
    netReturn: nullable,
    volatility: double,
    uniqueness: nullable,
    regime: integer,
    segment: text,
    fold: integer,
  },
  /** Calibrated probabilities beside the raw ones; one row a signal outside train. */
  'ares.calibrated': {
    row: integer,
    closeTimeMs: double,
    segment: text,
    analystRaw: double,
    analyst: double,
    tacticianRaw: double,
    tactician: double,
  },
  'ares.reliability': { model: text, method: text, segment: text, bin: integer, count: integer, meanPrediction: double, observedRate: double },
  'ares.scores': { model: text, method: text, segment: text, metric: text, value: nullable, count: integer },
  'ares.trials': { study: text, trial: integer, parameters: text, objective: nullable, state: text },
  'ares.pareto': { trial: integer, sharpe: double, drawdown: double, turnover: double, chosen: boolean, parameters: text },
  /** Trades of a backtest. side 1 long, -1 short; amounts are fractions of the initial capital. */
  'ares.backtest-trades': {
    entryTimeMs: double,
    exitTimeMs: double,
    side: integer,
    entryPrice: double,
    exitPrice: double,
    quantity: double,
    grossPnl: double,
    fees: double,
    slippage: double,
    funding: double,
    netPnl: double,
    exitReason: text,
  },
  /** Equity of a backtest on a fixed clock (each analyst bar close), starting at 1. */
  'ares.equity': { timeMs: double, equity: double, position: double, price: double },
  'ares.walk-forward': {
    window: integer,
    trainFromMs: double,
    testFromMs: double,
    testToMs: double,
    trades: integer,
    netReturn: double,
    sharpe: nullable,
    maxDrawdown: double,
    auc: nullable,
    buyAndHoldReturn: double,
    /** Mean probability of the same regime as in the window before, by the names that are used and by the best names in hindsight. */
    regimeAgreement: nullable,
    regimeAgreementBest: nullable,
  },
  'ares.paths': { scenario: text, path: integer, totalReturn: double, maxDrawdown: double, sharpe: nullable },
  /** One row a possible entry: what the chain says, as `ares predict` writes it. signalTimeMs <= entryTimeMs. */
  'ares.decisions': DECISION,
  /** One row a feature of a model, the strongest first: mean absolute contribution on `scale`, its correlation with the feature's value, rise of the log loss when the feature is shuffled. */
  'ares.explanation': {
    feature: text,
    contribution: double,
    direction: nullable,
    permutation: nullable,
    permutationDeviation: nullable,
    importance: nullable,
    selection: nullable,
    method: text,
    scale: text,
    rows: integer,
    permutedRows: integer,
  },
  /** Mean attention of a network by lag in rows, 0 = the predicted row; sums to 1. */
  'ares.attention': { lag: integer, weight: double, rows: integer },
  /** Decisions with what stood behind each, one row a decision: ares.decisions and all that was known of its certainty. NaN = not known yet. */
  'ares.decision-records': {
    ...DECISION,
    regime: text,
    action: text,
    size: double,
    ...certainty('analyst'),
    ...certainty('tactician'),
  },
  /** Each member's probability and its routed weight on log-odds, by decision (row of ares.decision-records). */
  'ares.decision-members': { decision: integer, role: text, member: text, probability: double, weight: double },
  /** Strongest contributions to the score of a decision, rank 1 first; the last rank is the sum of all others. */
  'ares.decision-features': { decision: integer, role: text, rank: integer, feature: text, value: nullable, contribution: double },
  /** Weight of each member in the online mixture when a decision is made. */
  'ares.online-weights': { decision: integer, timeMs: double, role: text, member: text, weight: double },
  'ares.figures': { section: text, name: text, value: nullable, unit: text, source: text },
} as const satisfies Record<string, Record<string, ColumnSpec>>;

export type SchemaId = keyof typeof SCHEMAS;
