/** The parameters that turn decisions into positions: what step 12 searches and the hand-over bundle carries. */
import type { Regime } from '../regimes/regime-names.js';

export interface StrategyParameters {
  readonly thresholds: {
    /** Least blended probability of the decision's own side, in [0.5, 1). */
    readonly analyst: number;
    /** Least probability of success of the tactician, in [0, 1). */
    readonly tactician: number;
  };
  readonly sizing: {
    /** bet-size: 2 Phi(z) - 1 of the success probability (AFML ch. 10); kelly: shrunk Kelly over the stop distance. */
    readonly rule: 'bet-size' | 'kelly';
    /** Fraction of the rule's size that is taken, in (0, 1]. */
    readonly kellyFraction: number;
    /** Largest position as a fraction of equity. */
    readonly maximumPosition: number;
    /** Standard error of the tactician's probability, for Kelly's shrinkage: set from the calibration sample, not searched. */
    readonly probabilityError: number;
  };
  readonly risk: {
    /** Factor on the labels' take-profit distance. */
    readonly takeProfitScale: number;
    /** Factor on the labels' stop-loss distance. */
    readonly stopLossScale: number;
    /** Loss since the UTC day began, as a fraction, that closes the position and stops entries until the next day. */
    readonly dailyLossLimit: number;
    /** Drop from the equity's peak, as a fraction, that closes the position and ends trading. */
    readonly maximumDrawdown: number;
  };
  readonly ensemble: {
    /** Weight of the pooled single model beside the routed ensemble, in [0, 1]. */
    readonly pooledWeight: number;
  };
  /** Factor on the size in each regime, weighted by the filtered regime probabilities. */
  readonly regime: Readonly<Record<Regime, number>>;
  readonly timing: {
    /** Factor on the labels' holding period. */
    readonly holdingScale: number;
    /** Fine bars waited after the entry time. */
    readonly entryDelayBars: number;
  };
  /** End of the data that any part of the chain was fitted or chosen on, UTC ms; null for the bare defaults. */
  readonly fittedUntilMs: number | null;
}

export type ParameterGroup = Exclude<keyof StrategyParameters, 'fittedUntilMs'>;

/** The groups in the order in which step 12 searches them. */
export const PARAMETER_GROUPS = ['thresholds', 'sizing', 'risk', 'ensemble', 'regime', 'timing'] as const satisfies readonly ParameterGroup[];

/** Used where selection has too little data to choose. */
export const DEFAULT_STRATEGY_PARAMETERS: StrategyParameters = Object.freeze<StrategyParameters>({
  thresholds: { analyst: 0.5, tactician: 0.5 },
  sizing: { rule: 'bet-size', kellyFraction: 1, maximumPosition: 1, probabilityError: 0.05 },
  risk: { takeProfitScale: 1, stopLossScale: 1, dailyLossLimit: 0.05, maximumDrawdown: 0.3 },
  ensemble: { pooledWeight: 0 },
  regime: { BULL: 1, BEAR: 1, SIDEWAYS: 1, VOLATILE: 1 },
  timing: { holdingScale: 1, entryDelayBars: 0 },
  fittedUntilMs: null,
});

/** The parameters with one group's values replaced; unknown names are refused. @throws RangeError naming the unknown key */
export function withGroup(
  parameters: StrategyParameters,
  group: ParameterGroup,
  values: Readonly<Record<string, number | string | boolean>>,
): StrategyParameters {
  const known = parameters[group] as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(values)) {
    if (!(name in known)) throw new RangeError(`unknown strategy parameter ${group}.${name}; expected one of ${Object.keys(known).join(', ')}`);
    if (typeof value !== typeof known[name]) throw new RangeError(`expected ${group}.${name} of type ${typeof known[name]}, found ${typeof value}`);
  }
  return { ...parameters, [group]: { ...known, ...values } };
}
