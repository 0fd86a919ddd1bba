/**
 * What a feature is checked against where tests/support/reference-features.py has no formula of it: add a line for yours.
 * docs/features.md prints it; tests/core/features/references.test.ts fails for a feature that is in neither.
 */
import { EXTRA_FEATURES } from './extra-features.js';

export interface CheckedElsewhere {
  /** Test file, from the root of the clone. */
  readonly test: string;
  /** What its values are compared with, in a few words. */
  readonly reference: string;
  readonly features: readonly string[];
}

export const CHECKED_ELSEWHERE: readonly CheckedElsewhere[] = [
  {
    test: 'tests/core/features/market/regime-probability.test.ts',
    reference: 'the table of regimes, value by value',
    features: ['regime_bull', 'regime_bear', 'regime_sideways', 'regime_volatile'],
  },
  { test: 'tests/core/features/volatility/garch-forecast.test.ts', reference: 'the GARCH forecast by its formula', features: ['garch_forecast_ratio'] },
  {
    test: 'tests/core/features/extra-references.test.ts',
    reference: 'numpy and pandas, on real prices and drawn order flow',
    features: EXTRA_FEATURES.map(({ name }) => name),
  },
];
