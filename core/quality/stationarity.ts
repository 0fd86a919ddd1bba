/** Whether a series is stationary, by two tests that err on opposite sides. */
import type { DickeyFuller } from './dickey-fuller.js';
import { augmentedDickeyFuller } from './dickey-fuller.js';
import type { Kpss } from './kpss.js';
import { kpss } from './kpss.js';

export interface Stationarity {
  /** stationary: no unit root and no drift of the level found; unit root: the reverse; unclear: the tests disagree. */
  readonly verdict: 'stationary' | 'unit root' | 'unclear';
  readonly dickeyFuller: DickeyFuller;
  readonly kpss: Kpss;
  readonly rows: number;
}

/** Both tests cost rows x lags^2; of a longer series the latest rows count. */
export const STATIONARITY_ROWS = 20_000;

/**
 * The verdict at `level` on values without NaN, of the latest `STATIONARITY_ROWS` of them: the Dickey-Fuller test takes a unit
 * root for granted until it is rejected, the KPSS test takes stationarity for granted.
 * @throws InsufficientData on too few values; NumericalError where they do not vary.
 */
export function assessStationarity(values: Float64Array, level = 0.05): Stationarity {
  const latest = values.subarray(Math.max(0, values.length - STATIONARITY_ROWS));
  const root = augmentedDickeyFuller(latest);
  const drift = kpss(latest);
  const [noRoot, noDrift] = [root.pValue < level, drift.pValue > level];
  const verdict = noRoot === noDrift ? (noRoot ? 'stationary' : 'unit root') : 'unclear';
  return { verdict, dickeyFuller: root, kpss: drift, rows: latest.length };
}
