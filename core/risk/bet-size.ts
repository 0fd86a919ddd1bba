/** Position size from a probability. */
import { normalCdf } from '../stats/normal.js';

/**
 * 2 Phi(z) - 1 with z = (p - 1/2) / sqrt(p (1 - p)), in [-1, 1]: the size for two outcomes; 0 at p = 1/2.
 * NaN in gives NaN. Source: Lopez de Prado (2018), Advances in Financial Machine Learning, ch. 10.
 */
export function betSize(probability: number): number {
  if (probability <= 0) return -1;
  if (probability >= 1) return 1;
  return 2 * normalCdf((probability - 0.5) / Math.sqrt(probability * (1 - probability))) - 1;
}
