/** What the regimes of a series look like, in numbers. */
import type { RegimeModel } from './regime-model.js';
import { REGIMES } from './regime-names.js';

export interface RegimeSummary {
  readonly regimes: readonly {
    readonly regime: string;
    readonly bars: number;
    readonly share: number;
    /** Unbroken stays, and their mean length in bars; null where the regime never occurs. */
    readonly stays: number;
    readonly meanStayBars: number | null;
  }[];
  /** Row i: shares of the regimes that follow i, bar by bar; null where i is followed by none. */
  readonly transitions: readonly (readonly number[] | null)[];
}

/** Counts, transitions and mean durations of a sequence of indices into REGIMES. */
export function summariseRegimes(regime: Int32Array): RegimeSummary {
  const k = REGIMES.length;
  const bars = new Float64Array(k);
  const stays = new Float64Array(k);
  const moves = new Float64Array(k * k);
  for (let t = 0; t < regime.length; t++) {
    bars[regime[t]]++;
    if (t === 0 || regime[t] !== regime[t - 1]) stays[regime[t]]++;
    if (t > 0) moves[regime[t - 1] * k + regime[t]]++;
  }
  return {
    regimes: REGIMES.map((name, i) => ({
      regime: name,
      bars: bars[i],
      share: regime.length === 0 ? 0 : bars[i] / regime.length,
      stays: stays[i],
      meanStayBars: stays[i] === 0 ? null : bars[i] / stays[i],
    })),
    transitions: REGIMES.map((_, i) => {
      const row = Array.from(moves.subarray(i * k, i * k + k));
      const sum = row.reduce((a, b) => a + b, 0);
      return sum === 0 ? null : row.map((count) => count / sum);
    }),
  };
}

/** What a hidden Markov model expects of the regimes, to be held against what came. */
export interface ExpectedRegimes {
  /** Row i: probabilities of the next bar's regime after i, as the transitions of summariseRegimes; null for a regime without a state. */
  readonly transitions: readonly (readonly number[] | null)[];
  /** Mean stay in bars, 1 / (1 - probability of staying); null for a regime without a state, or never left. */
  readonly regimes: readonly { readonly regime: string; readonly meanStayBars: number | null }[];
}

/** The model's transitions among regimes, states of one regime weighted by their rows on train; null for a model by rules. */
export function expectedRegimes(model: RegimeModel): ExpectedRegimes | null {
  if (model.kind === 'rules') return null;
  const transitions = REGIMES.map((name) => {
    const states = model.regimeOfState.flatMap((regime, i) => (regime === name ? [i] : []));
    const weight = states.reduce((sum, i) => sum + model.occupancy[i], 0);
    if (!(weight > 0)) return null;
    return REGIMES.map((next) =>
      states.reduce((sum, i) => {
        const share = model.transition[i].reduce((total, p, j) => total + (model.regimeOfState[j] === next ? p : 0), 0);
        return sum + (model.occupancy[i] / weight) * share;
      }, 0),
    );
  });
  return {
    transitions,
    regimes: REGIMES.map((regime, i) => {
      const stay = transitions[i]?.[i] ?? 1;
      return { regime, meanStayBars: stay < 1 ? 1 / (1 - stay) : null };
    }),
  };
}
