/** Regimes by two rules on what a bar shows: restless or calm, and of calm bars rising, falling or neither. */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';
import { quantile } from '../stats/quantile.js';
import { REGIME_FEATURES, regimeFeatures } from './regime-features.js';
import { REGIMES } from './regime-names.js';

/** Thresholds of the rules, quantiles of train. */
export interface RegimeRules {
  /** logVolatility above it is VOLATILE. */
  readonly volatileAbove: number;
  /** Of the other bars, a trend above it is BULL. */
  readonly bullAbove: number;
  /** And a trend below it BEAR. The rest is SIDEWAYS. */
  readonly bearBelow: number;
}

/** Share of train that is VOLATILE, and share of the calm rest that is BULL, and BEAR. */
export const VOLATILE_SHARE = 0.2;
export const TREND_SHARE = 1 / 3;

const WIDTH = REGIME_FEATURES.length;

/** The thresholds of the bars given (at least one): nothing but their features is looked at. */
export function fitRegimeRules(train: Bars): RegimeRules {
  const features = regimeFeatures(train);
  const rows = [...train.close.keys()];
  const volatileAbove = quantile(
    Float64Array.from(rows, (t) => features[t * WIDTH + 1]),
    1 - VOLATILE_SHARE,
  );
  const trends = Float64Array.from(
    rows.filter((t) => features[t * WIDTH + 1] <= volatileAbove),
    (t) => features[t * WIDTH],
  );
  return { volatileAbove, bullAbove: quantile(trends, 1 - TREND_SHARE), bearBelow: quantile(trends, TREND_SHARE) };
}

/** Probabilities [n x 4] in the order of REGIMES: 1 for the regime that the rules name, else 0. Row t uses bars up to t. */
export function applyRegimeRules(rules: RegimeRules, bars: Bars): Float64Array {
  const features = regimeFeatures(bars);
  const out = new Float64Array(barCount(bars) * REGIMES.length);
  for (let t = 0; t < barCount(bars); t++) {
    const [trend, logVolatility] = [features[t * WIDTH], features[t * WIDTH + 1]];
    out[t * REGIMES.length + REGIMES.indexOf(nameBar(rules, trend, logVolatility))] = 1;
  }
  return out;
}

function nameBar(rules: RegimeRules, trend: number, logVolatility: number): (typeof REGIMES)[number] {
  if (logVolatility > rules.volatileAbove) return 'VOLATILE';
  if (trend > rules.bullAbove) return 'BULL';
  return trend < rules.bearBelow ? 'BEAR' : 'SIDEWAYS';
}
