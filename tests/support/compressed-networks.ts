/** A network fitted on the real ETHUSDT bars, as it is and compressed: size, speed and accuracy on later bars. */
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import { analystFeatures } from '../../core/chain/analyst-features.js';
import { resampleBars } from '../../core/data/resample-bars.js';
import { featureMatrix } from '../../core/features/feature-matrix.js';
import { exponentialVolatility } from '../../core/labels/exponential-volatility.js';
import { computeTripleBarrier } from '../../core/labels/triple-barrier.js';
import { areaUnderCurve, logLoss } from '../../core/metrics/classification.js';
import type { ValidationData } from '../../core/models/model.js';
import { compressNetwork } from '../../core/nn/compress-network.js';
import { networkFamily } from '../../core/nn/network-family.js';
import type { NetworkFitData } from '../../core/nn/network-family.js';
import type { Network } from '../../core/nn/network.js';
import { realBars } from './real-series.js';

const BARS = 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz';
const MINUTE_MS = 60_000;
const PERIOD_MS = 15 * MINUTE_MS;
const HOLDING_BARS = 8;
const TRAIN_SHARE = 0.75;
const LATENCY_CALLS = 200;
const SEED = 7;

/** Examples of the minimal features at 15m: the earlier ones to fit on, the later ones (a longest label behind) to look at. */
export interface RealExamples {
  readonly fit: NetworkFitData;
  readonly later: ValidationData;
}

/** Of one model on the later rows. */
export interface MeasuredModel {
  readonly bytes: number;
  readonly logLoss: number;
  readonly auc: number;
  /** Median of one row's prediction, microseconds. */
  readonly rowMicros: number;
  /** Median of reading the saved bytes, milliseconds. */
  readonly loadMillis: number;
  /** Largest difference of a probability from the model's before. */
  readonly largestShift: number;
}

/** The label is the direction of the triple barrier at two volatilities within two hours. */
export function realExamples(data: string): RealExamples {
  const bars = resampleBars(realBars(data, BARS, MINUTE_MS), PERIOD_MS);
  const { names, columns } = analystFeatures(bars, { regimes: null, funding: null }, 'minimal');
  const options = { takeProfit: 2, stopLoss: 2, holdingMs: HOLDING_BARS * PERIOD_MS };
  const { label, logReturn } = computeTripleBarrier(bars, exponentialVolatility(bars.close), options);
  const labelled = Array.from(label.keys()).filter((row) => !Number.isNaN(label[row]!));
  const cut = Math.floor(TRAIN_SHARE * labelled.length);
  const part = (rows: readonly number[]): ValidationData => ({
    rows: Int32Array.from(rows),
    y: Float64Array.from(rows, (row) => label[row]!),
    weights: new Float64Array(rows.length).fill(1),
  });
  const early = part(labelled.slice(0, cut - HOLDING_BARS));
  const values = Float64Array.from(early.rows, (row) => logReturn[row]!);
  return { fit: { ...early, features: featureMatrix(columns), featureNames: names, values }, later: part(labelled.slice(cut)) };
}

/** Saved bytes of the network fitted with its defaults, `epochs` at most. */
export async function fitOnReal(network: Network, { fit }: RealExamples, epochs: number): Promise<Uint8Array> {
  const family = networkFamily(network, () => openTensorBackend({ device: 'cpu' }));
  return (await family.fit(fit, { seed: SEED, threads: 1, parameters: { ...family.defaults, epochs } })).save();
}

/** The model as it is, then once for each share kept; latencies are of calls in turn. */
export function measureCompressed(
  network: Network,
  { fit, later }: RealExamples,
  { bytes, keepShares }: { bytes: Uint8Array; keepShares: readonly number[] },
): readonly MeasuredModel[] {
  const family = networkFamily(network, async () => Promise.reject(new Error('a saved network needs no backend')));
  const saved = [bytes, ...keepShares.map((keepShare) => compressNetwork(network, bytes, { keepShare }))];
  const models = saved.map((one) => family.load(one));
  const probabilities = models.map((model) => model.predictProba(fit.features, later.rows));
  const [rowMicros, loadMillis] = [saved, saved].map(() => saved.map((): number[] => []));
  for (let call = 0; call < LATENCY_CALLS; call++) {
    const row = later.rows.subarray(call % later.rows.length, (call % later.rows.length) + 1);
    models.forEach((model, m) => rowMicros![m]!.push(1000 * elapsed(() => model.predictProba(lastRows(fit, row[0]!), Int32Array.of(LAST_ROWS - 1)))));
    if (call % 10 === 0) saved.forEach((one, m) => loadMillis![m]!.push(elapsed(() => family.load(one))));
  }
  return saved.map((one, m) => ({
    bytes: one.length,
    logLoss: logLoss(later.y, probabilities[m]!),
    auc: areaUnderCurve(later.y, probabilities[m]!),
    rowMicros: median(rowMicros![m]!),
    loadMillis: median(loadMillis![m]!),
    largestShift: Math.max(...probabilities[m]!.map((p, i) => Math.abs(p - probabilities[0]![i]!))),
  }));
}

/** Enough for every window. */
const LAST_ROWS = 32;

/** The rows up to one, as a server holds them. */
function lastRows({ features }: NetworkFitData, row: number): NetworkFitData['features'] {
  const { columnCount, values } = features;
  return { rowCount: LAST_ROWS, columnCount, values: values.subarray((row + 1 - LAST_ROWS) * columnCount, (row + 1) * columnCount) };
}

function elapsed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
