/** Resampling of dependent series by blocks: indices only, so that paired series are drawn with one set of them. */
import type { Random } from './random.js';

/**
 * Fills `out` with indices in [0, n) of one stationary bootstrap sample: blocks of geometric length with the given mean,
 * wrapped around the end. Source: Politis and Romano (1994), The stationary bootstrap.
 * @throws RangeError for n below 1 or a mean block length below 1
 */
// eslint-disable-next-line max-params -- called once a path in a loop: an options object would be allocated each time
export function stationaryBootstrap(out: Int32Array, n: number, meanBlock: number, random: Random): void {
  checkArguments(n, meanBlock);
  const stop = 1 / meanBlock;
  let index = 0;
  for (let i = 0; i < out.length; i++) {
    if (i === 0 || random.uniform() < stop) index = random.below(n);
    else index = index + 1 === n ? 0 : index + 1;
    out[i] = index;
  }
}

/**
 * Fills `out` with indices in [0, n) of one circular block bootstrap sample of a fixed block length.
 * Source: Politis and Romano (1992), A circular block-resampling procedure for stationary data.
 * @throws RangeError for n below 1 or a block length below 1
 */
// eslint-disable-next-line max-params -- called once a path in a loop: an options object would be allocated each time
export function circularBlockBootstrap(out: Int32Array, n: number, blockLength: number, random: Random): void {
  checkArguments(n, blockLength);
  const length = Math.round(blockLength);
  let index = 0;
  for (let i = 0; i < out.length; i++) {
    if (i % length === 0) index = random.below(n);
    else index = index + 1 === n ? 0 : index + 1;
    out[i] = index;
  }
}

function checkArguments(n: number, block: number): void {
  if (!(n >= 1)) throw new RangeError(`expected at least one observation to resample, found ${n}`);
  if (!(block >= 1)) throw new RangeError(`expected a block length of at least 1, found ${block}`);
}
