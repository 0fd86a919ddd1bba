/** Rolling walk-forward windows: each is a plan of its own, so the chain's steps run in it as they stand. */
import { TIMEFRAMES } from './config.js';
import type { RunPlan } from './plan.js';
import { planSegments, semanticPlan } from './plan.js';

/** A window's plan and its name (the date its test begins at). */
export interface WindowPlan {
  readonly name: string;
  readonly plan: RunPlan;
}

/** Trials inside a window: the search is repeated in each, so its budget is reduced. */
const WINDOW_TRIALS = 1;

/**
 * `walkForwardWindows` windows of equal length whose test segments follow one another without overlap; the last ends
 * with the data. Length = span / (1 + testShare x (windows - 1)), in whole analyst bars.
 */
export function planWalkForward(plan: RunPlan): readonly WindowPlan[] {
  const semantic = semanticPlan(plan);
  const count = plan.settings.walkForwardWindows;
  const periodMs = TIMEFRAMES[plan.settings.timeframe];
  const bars = Math.floor((plan.window.toMs - plan.window.fromMs) / periodMs);
  const lengthBars = Math.floor(bars / (1 + plan.spec.segments.test * (count - 1)));
  const stepBars = count === 1 ? 0 : Math.floor((bars - lengthBars) / (count - 1));
  return Array.from({ length: count }, (_, i) => {
    const toMs = plan.window.fromMs + (bars - (count - 1 - i) * stepBars) * periodMs;
    const window = { fromMs: toMs - lengthBars * periodMs, toMs };
    const segments = planSegments(window, { shares: plan.spec.segments, periodMs, embargoMs: plan.embargoMs });
    return {
      name: new Date(segments.test.fromMs).toISOString().slice(0, 16).replace(':', ''),
      plan: {
        ...semantic,
        window,
        segments,
        settings: { ...semantic.settings, maxTrials: WINDOW_TRIALS, walkForwardWindows: 1 },
        // A window's data are the run's minute bars, with all that was collected as columns: no step of its chain reads a source file.
        source: { ...semantic.source, series: 'bars', periodMs: 60_000, files: [], fundingFiles: [], externalFiles: {}, pairs: [], quotes: null, second: null },
        champion: null,
        priorTestOpenings: 0,
      },
    };
  });
}
