/** Bars of history that a feature needs, whatever it counts in. */
import type { Feature } from './feature.js';

/** Bars of `periodMs` after which the feature no longer depends on where the series began: of its warm-up in bars and that in time the longer. */
export function warmUpBars({ warmUp, warmUpMs = 0 }: Pick<Feature, 'warmUp' | 'warmUpMs'>, periodMs: number): number {
  return Math.max(warmUp, Math.ceil(warmUpMs / periodMs));
}
