/** When an information bar ends. Source: Lopez de Prado, Advances in Financial Machine Learning (2018), chapter 2.3. */

/** What a trade counts: 1, its quantity in base currency, or its quantity times its price. */
export type BarUnit = 'tick' | 'volume' | 'dollar';

/**
 * Which side a trade is on. taker: buy where the buyer is not the maker. tickRule: buy after a rise of the price, sell after a fall,
 * else as the trade before; none before the first change.
 */
export type TradeSide = 'taker' | 'tickRule';

/** A bar ends with the trade that takes its sum to `threshold` or above. */
export interface StandardRule {
  readonly kind: 'standard';
  readonly unit: BarUnit;
  readonly threshold: number;
}

/**
 * imbalance: a bar ends with the trade at which |buys - sells| exceeds the expected trades a bar times the expected |imbalance|
 * of a trade. run: at which the larger of buys and sells exceeds the expected trades times the larger of P(buy) E(size of a buy)
 * and P(sell) E(size of a sell). Exceeds, not reaches: an expectation of 0 would else end a bar with every balanced trade.
 *
 * Expectations are exponential means read when a bar ends; the first when `expectedTrades` values are there (of each side for run),
 * before which no bar ends. Weights fall by 1 - 2 / (n + 1) from a value to the one before: of trades n = those there are, at most
 * `window`; of bars n = `barWindow`.
 */
export interface SignedRule {
  readonly kind: 'imbalance' | 'run';
  readonly unit: BarUnit;
  readonly side: TradeSide;
  /** Expected trades of the first bar, and of every bar where `adapts` is false. */
  readonly expectedTrades: number;
  /** Most recent trades (of a side for run) that the expected size rests on. */
  readonly window: number;
  /** True: the expected trades follow the last `barWindow` bars, kept within `bounds`, since they may run away without. */
  readonly adapts: boolean;
  /** Most recent bars that the expected trades and P(buy) rest on. */
  readonly barWindow: number;
  readonly bounds?: readonly [least: number, most: number];
}

export type BarRule = StandardRule | SignedRule;

/** Checks a rule. @throws RangeError naming the field and the value found */
export function checkBarRule(rule: BarRule): void {
  const above = (name: string, value: number): void => {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`expected ${name} above 0, found ${value}`);
  };
  const whole = (name: string, value: number): void => {
    if (!(Number.isSafeInteger(value) && value > 0)) throw new RangeError(`expected ${name} as a whole number above 0, found ${value}`);
  };
  if (rule.kind === 'standard') {
    above('threshold', rule.threshold);
    return;
  }
  above('expectedTrades', rule.expectedTrades);
  whole('window', rule.window);
  whole('barWindow', rule.barWindow);
  if (rule.bounds !== undefined && !(rule.bounds[0] > 0 && rule.bounds[0] <= rule.bounds[1])) {
    throw new RangeError(`expected bounds above 0 in ascending order, found ${rule.bounds.join(' and ')}`);
  }
}
