/** What the simulator's planted signal is worth, known before anything is fitted. */
import { SIGNAL_PERSISTENCE } from './market-parameters.js';

/**
 * Area under the ROC curve of the latent signal s at a block's end for the direction of the next `horizonBlocks`
 * blocks, in closed form: with correlation rho of s and that return, both normal, it is 1/2 + (2/pi) asin(rho / sqrt 2)
 * (orthant probability of three normals). Counts the signal's own drift and the blocks' noise at constant volatility;
 * regime drift, jumps and clustering move it by less than 0.01. For first-touch labels it is the value of a vertical
 * barrier alone: their own known value comes from the skeleton's `signal` as predictor.
 */
export function plantedAuc(signalStrength: number, horizonBlocks: number): number {
  let covariance = 0;
  let drift = 0;
  for (let i = 0; i < horizonBlocks; i++) {
    covariance += signalStrength * SIGNAL_PERSISTENCE ** i;
    for (let j = 0; j < horizonBlocks; j++) drift += signalStrength ** 2 * SIGNAL_PERSISTENCE ** Math.abs(i - j);
  }
  const correlation = covariance / Math.sqrt(horizonBlocks + drift);
  return 0.5 + (2 / Math.PI) * Math.asin(correlation / Math.SQRT2);
}
