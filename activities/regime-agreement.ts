/** How far the regimes of refitted models go on meaning the same, window by window of the walk-forward. */
import { barsFromTable, lowerBound, sliceBars, upperBound } from '../core/data/bars.js';
import { matchRegimes } from '../core/regimes/match-regimes.js';
import type { RegimeModel } from '../core/regimes/regime-model.js';
import type { Segments } from '../pipeline/plan.js';
import type { StepInputs } from '../pipeline/step-context.js';

/** One value a window, in [0, 1]: the mean probability that its model and that of the window before give a bar the same regime. */
export interface RegimeAgreement {
  /** By the names that are used, from each state's mean and variance. */
  readonly named: Float64Array;
  /** By the names that agree best in hindsight; never below `named`. */
  readonly best: Float64Array;
}

/** Over the bars that both models were trained on; NaN for the first window, without such bars, or where one of the two has no model. */
export async function regimeAgreement(
  inputs: StepInputs,
  windows: readonly { readonly name: string; readonly segments: Segments }[],
): Promise<RegimeAgreement> {
  const bars = barsFromTable(await inputs.table('market-regime-classification', 'bars', 'ares.bars'));
  const fitted = new Set(inputs.names('walk-forward-validation', 'regime-model/'));
  const modelOf = async (name: string): Promise<RegimeModel | null> =>
    fitted.has(`regime-model/${name}`) ? inputs.json<RegimeModel>('walk-forward-validation', `regime-model/${name}`) : null;
  const named = new Float64Array(windows.length).fill(Number.NaN);
  const best = named.slice();
  for (const [i, window] of windows.entries()) {
    const before = windows[i - 1];
    if (before === undefined) continue;
    const [refitted, former] = [await modelOf(window.name), await modelOf(before.name)];
    const [own, earlier] = [window.segments.train, before.segments.train];
    const from = lowerBound(bars.openTimeMs, Math.max(own.fromMs, earlier.fromMs));
    const to = upperBound(bars.closeTimeMs, Math.min(own.toMs, earlier.toMs));
    if (refitted === null || former === null || from >= to) continue;
    const match = matchRegimes(refitted, former, sliceBars(bars, from, to));
    named[i] = match.agreementByMoments;
    best[i] = match.agreement;
  }
  return { named, best };
}
