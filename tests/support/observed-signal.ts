/** What the simulator's signal is worth to whoever sees the bars, measured on a simulation of its own. */
import { resampleBars } from '../../core/data/resample-bars.js';
import { takerImbalance } from '../../core/features/microstructure/taker-imbalance.js';
import { exponentialVolatility } from '../../core/labels/exponential-volatility.js';
import { computeTripleBarrier } from '../../core/labels/triple-barrier.js';
import { areaUnderCurve } from '../../core/metrics/classification.js';
import { makePlan } from './make-plan.js';
import { simulatedBars } from './simulated-bars.js';

const PERIOD_MS = 15 * 60_000;

/** Area under the curve of a bar's taker imbalance for its label, the direction of the next bar; the spec's default market. */
export function observedSignalAuc({ seed, days }: { readonly seed: number; readonly days: number }): { observed: number; rows: number } {
  const bars = resampleBars(simulatedBars(makePlan({ seed, retentionDays: days })).bars, PERIOD_MS);
  const { label } = computeTripleBarrier(bars, exponentialVolatility(bars.close), { takeProfit: 50, stopLoss: 50, holdingMs: PERIOD_MS });
  const imbalance = takerImbalance(bars);
  const rows = Int32Array.from(label.keys()).filter((row) => !Number.isNaN(label[row]));
  return {
    observed: areaUnderCurve(
      Float64Array.from(rows, (row) => label[row]),
      Float64Array.from(rows, (row) => imbalance[row]),
    ),
    rows: rows.length,
  };
}
