/** Sample weights by return attribution and by time (Lopez de Prado 2018, sections 4.6 and 4.7). */

/** Labels on a grid of bars, both bars included; lastBar -1 where the outcome is not known. */
export interface LabelBars {
  readonly firstBar: Int32Array;
  readonly lastBar: Int32Array;
}

/**
 * |sum over the label's bars of log return / number of labels open at that bar|, scaled so that the known weights sum to their number; NaN
 * where the label has no end. The first bar's own return counts, as in the book's snippet 4.10.
 * @throws RangeError when the arrays differ in length.
 */
export function returnWeights(close: Float64Array, { firstBar, lastBar }: LabelBars): Float64Array {
  if (firstBar.length !== lastBar.length) throw new RangeError(`expected as many last bars as first bars (${firstBar.length}), found ${lastBar.length}`);
  const open = new Float64Array(close.length + 1);
  for (let i = 0; i < firstBar.length; i++) {
    if (lastBar[i] < 0) continue;
    open[firstBar[i]]++;
    open[lastBar[i] + 1]--;
  }
  // Shares of return up to and with each bar; the first bar has no return.
  const shares = new Float64Array(close.length);
  for (let t = 1, count = open[0]; t < close.length; t++) {
    count += open[t];
    shares[t] = shares[t - 1] + (count > 0 ? Math.log(close[t] / close[t - 1]) / count : 0);
  }
  const weights = new Float64Array(firstBar.length).fill(Number.NaN);
  let sum = 0;
  let known = 0;
  for (let i = 0; i < weights.length; i++) {
    if (lastBar[i] < 0) continue;
    weights[i] = Math.abs(shares[lastBar[i]] - (firstBar[i] === 0 ? 0 : shares[firstBar[i] - 1]));
    sum += weights[i];
    known++;
  }
  // Prices that stood still leave every label as important.
  return weights.map((value) => (sum > 0 ? (value * known) / sum : value + 1));
}

/**
 * Factors that rise in a straight line over the cumulated uniqueness of labels in time order: 1 for the newest, near `oldest` for the
 * oldest. Below 0, `oldest` is the share of labels that get 0. NaN uniqueness gives NaN and is passed over.
 * @throws RangeError when oldest is not in (-1, 1].
 */
export function timeDecayFactors(uniqueness: Float64Array, oldest: number): Float64Array {
  if (!(oldest > -1 && oldest <= 1)) throw new RangeError(`expected oldest above -1 and at most 1, found ${oldest}`);
  let total = 0;
  for (const value of uniqueness) if (!Number.isNaN(value)) total += value;
  const slope = oldest >= 0 ? (1 - oldest) / total : 1 / ((oldest + 1) * total);
  let sum = 0;
  return uniqueness.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    sum += value;
    return Math.max(0, 1 + slope * (sum - total));
  });
}
