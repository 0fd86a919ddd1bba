/** The tactician's examples: analyst signals seen from the 1m bars. Features and labels apart, so that serving builds the same features. */
import type { Bars } from '../data/bars.js';
import type { FeatureColumns, FeatureSet } from '../features/feature.js';
import type { LabelCandidate } from '../labels/label-choice.js';
import { lowerBound, upperBound } from '../data/bars.js';
import { featuresAtRows } from '../features/compute-features.js';
import { firstTouch } from '../labels/first-touch.js';
import { REGIMES } from '../regimes/regime-names.js';

const MINUTE_MS = 60_000;
const BPS = 1e-4;

/** Analyst signals in time order, with what was known at each. */
export interface AnalystSignals {
  /** Close of the analyst bar that gave the signal: the time from which it is known. Ascending. */
  readonly closeTimeMs: Float64Array;
  /** P(up). */
  readonly probability: Float64Array;
  /** Standard deviation of the log return over one analyst bar (column volatility of ares.labels); NaN makes no example. */
  readonly volatility: Float64Array;
  /** Filtered regime probabilities at the signal, [signals x 4] row-major, order of REGIMES. */
  readonly regimes: Float64Array;
}

export interface TacticianOptions {
  /** spot: a short signal makes no example. */
  readonly market: 'spot' | 'perp';
  readonly set: FeatureSet;
  /** The analyst's vertical barrier, counted from the signal: the decision must fall before it. */
  readonly holdingMs: number;
}

/** Artifact `rules` of step 8, in words and numbers. */
export interface TacticianRules extends LabelCandidate {
  readonly market: 'spot' | 'perp';
  readonly holdingMs: number;
  readonly features: FeatureSet;
  readonly side: string;
  readonly decision: string;
  readonly entry: string;
  readonly label: string;
  /** Costs of one fill in basis points, paid at entry and exit. */
  readonly takerFeeBps: number;
  readonly halfSpreadBps: number;
}

/** One row an example, in the order of the signals. */
export interface TacticianExamples {
  /** Index of the signal. */
  readonly signal: Int32Array;
  readonly closeTimeMs: Float64Array;
  /** Close of the fine bar at which the decision is taken. */
  readonly entryTimeMs: Float64Array;
  /** Index of that fine bar. */
  readonly fineBar: Int32Array;
  /** 1 long, -1 short. */
  readonly side: Int32Array;
  readonly volatility: Float64Array;
  /** [examples x 4] row-major. */
  readonly regimes: Float64Array;
  readonly features: FeatureColumns;
}

/** NaN where the outcome is not known within the fine bars. */
export interface TacticianLabels {
  /** 1 where netReturn is above 0: the target came first and paid its costs, or the deadline found a net gain. */
  readonly label: Float64Array;
  readonly labelEndMs: Float64Array;
  /** Fraction of the entry's notional, after taker fee and half-spread at both fills. */
  readonly netReturn: Float64Array;
  /** 1 target, -1 stop, 0 deadline. */
  readonly barrier: Int32Array;
}

/** Names of the columns that are not features of the fine bars, in order; they follow the `fine_` columns. */
const SIGNAL_COLUMNS = [
  'analyst_probability',
  'analyst_confidence',
  'side',
  'minutes_since_signal',
  'move_since_signal',
  'last_return_with_side',
  ...REGIMES.map((regime) => `regime_${regime.toLowerCase()}`),
] as const;

/** The rules as they stand in the artifact. */
export function tacticianRules(barriers: LabelCandidate, options: TacticianOptions, costs: { takerFeeBps: number; halfSpreadBps: number }): TacticianRules {
  return {
    takeProfit: barriers.takeProfit,
    stopLoss: barriers.stopLoss,
    holdingBars: barriers.holdingBars,
    market: options.market,
    holdingMs: options.holdingMs,
    features: options.set,
    side: 'long where P(up) >= 0.5, else short; on spot a short signal makes no example',
    decision: "at the close of the first fine bar that opens at or after the signal is known, if that is before the analyst's vertical barrier",
    entry: 'at the open of the next fine bar',
    label:
      "1 where the net return is above 0; target and stop at entry price x e^(+-distance x volatility), both in one bar = stop; else the last close by the analyst's vertical barrier",
    takerFeeBps: costs.takerFeeBps,
    halfSpreadBps: costs.halfSpreadBps,
  };
}

/**
 * The examples of the signals with their features, each known at entryTimeMs. `fine` are 1m bars in time order, begun as early as
 * the features' warm-up asks. A signal makes no example when it is short on spot, when its volatility is not known, or when no fine
 * bar opens and closes between the signal and its vertical barrier.
 */
export function tacticianFeatures(signals: AnalystSignals, fine: Bars, options: TacticianOptions): TacticianExamples {
  const chosen: { signal: number; fineBar: number; side: number }[] = [];
  for (let i = 0; i < signals.closeTimeMs.length; i++) {
    const side = signals.probability[i] >= 0.5 ? 1 : -1;
    const fineBar = lowerBound(fine.openTimeMs, signals.closeTimeMs[i]);
    const isInTime = fineBar < fine.closeTimeMs.length && fine.closeTimeMs[fineBar] < signals.closeTimeMs[i] + options.holdingMs;
    if (isInTime && signals.volatility[i] > 0 && (side === 1 || options.market === 'perp')) chosen.push({ signal: i, fineBar, side });
  }
  const signal = Int32Array.from(chosen, (row) => row.signal);
  const fineBar = Int32Array.from(chosen, (row) => row.fineBar);
  const side = Int32Array.from(chosen, (row) => row.side);
  const take = (values: Float64Array, rows: Int32Array): Float64Array => Float64Array.from(rows, (row) => values[row]);
  const base = {
    signal,
    fineBar,
    side,
    closeTimeMs: take(signals.closeTimeMs, signal),
    entryTimeMs: take(fine.closeTimeMs, fineBar),
    volatility: take(signals.volatility, signal),
    regimes: Float64Array.from(
      { length: signal.length * REGIMES.length },
      (_, k) => signals.regimes[signal[Math.floor(k / REGIMES.length)] * REGIMES.length + (k % REGIMES.length)],
    ),
  };
  const fineFeatures = featuresAtRows(fine, { regimes: null, funding: null }, { set: options.set, rows: fineBar });
  const columns = [...fineFeatures.columns, ...signalColumns(base, signals, fine)];
  return { ...base, features: { names: [...fineFeatures.names.map((name) => `fine_${name}`), ...SIGNAL_COLUMNS], columns } };
}

type Base = Omit<TacticianExamples, 'features'>;

/** The columns of SIGNAL_COLUMNS, in its order. */
function signalColumns(base: Base, signals: AnalystSignals, fine: Bars): Float64Array[] {
  const probability = Float64Array.from(base.signal, (row) => signals.probability[row]);
  const sinceSignal = Float64Array.from(base.signal, (_, i) => {
    const before = upperBound(fine.closeTimeMs, base.closeTimeMs[i]) - 1;
    return before < 0 ? Number.NaN : (base.side[i] * Math.log(fine.close[base.fineBar[i]] / fine.close[before])) / base.volatility[i];
  });
  const lastReturn = Float64Array.from(base.signal, (_, i) => {
    const bar = base.fineBar[i];
    return (base.side[i] * Math.log(fine.close[bar] / fine.open[bar])) / base.volatility[i];
  });
  return [
    probability,
    probability.map((value) => Math.abs(2 * value - 1)),
    Float64Array.from(base.side),
    base.entryTimeMs.map((timeMs, i) => (timeMs - base.closeTimeMs[i]) / MINUTE_MS),
    sinceSignal,
    lastReturn,
    ...REGIMES.map((_, state) => Float64Array.from(base.signal, (_signal, i) => base.regimes[i * REGIMES.length + state])),
  ];
}

/**
 * What following each example would have given: entry at the open of the fine bar after the decision, target and stop by the side at
 * distance x volatility, out at the last close by the analyst's vertical barrier. Each outcome is known at its labelEndMs.
 */
export function tacticianLabels(examples: TacticianExamples, fine: Bars, rules: TacticianRules): TacticianLabels {
  const rows = examples.signal.length;
  const label = new Float64Array(rows).fill(Number.NaN);
  const labelEndMs = new Float64Array(rows).fill(Number.NaN);
  const netReturn = new Float64Array(rows).fill(Number.NaN);
  const barrier = new Int32Array(rows);
  const costPerFill = (rules.takerFeeBps + rules.halfSpreadBps) * BPS;
  for (let i = 0; i < rows; i++) {
    const entryBar = examples.fineBar[i] + 1;
    if (entryBar >= fine.open.length) continue;
    const entry = fine.open[entryBar];
    const side = examples.side[i];
    const target = entry * Math.exp(side * rules.takeProfit * examples.volatility[i]);
    const stop = entry * Math.exp(-side * rules.stopLoss * examples.volatility[i]);
    const touch = firstTouch(fine, entryBar, {
      upper: Math.max(target, stop),
      lower: Math.min(target, stop),
      stop: side === 1 ? 'lower' : 'upper',
      deadlineMs: examples.closeTimeMs[i] + rules.holdingMs,
    });
    if (touch === null) continue;
    const growth = touch.price / entry;
    netReturn[i] = side * (growth - 1) - costPerFill * (1 + growth);
    label[i] = netReturn[i] > 0 ? 1 : 0;
    barrier[i] = side * touch.barrier;
    labelEndMs[i] = touch.endMs;
  }
  return { label, labelEndMs, netReturn, barrier };
}
