/** Step 4: labels, weights, features and pruning for the analyst. */
import type { Bars } from '../core/data/bars.js';
import type { FeatureColumns, FeatureContext } from '../core/features/feature.js';
import type { RowWindow } from '../core/features/feature-distributions.js';
import type { LabelChoice } from '../core/labels/label-choice.js';
import type { TripleBarrierLabels } from '../core/labels/triple-barrier.js';
import type { AnalystLabelingFeatureEngineeringParameters } from '../pipeline/steps/analyst-labeling-feature-engineering.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import { analystFeatures } from '../core/chain/analyst-features.js';
import { barCount, barsFromTable, barsKnownBy, lowerBound } from '../core/data/bars.js';
import { float64Column, int32Column, makeTable } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import { featureDistributions } from '../core/features/feature-distributions.js';
import { makeRandom } from '../core/stats/random.js';
import { featuresOf } from '../core/features/compute-features.js';
import { regimeProbabilities } from '../core/features/market/regime-probability.js';
import { eventBars, keepEvents } from '../core/labels/event-bars.js';
import { exponentialVolatility } from '../core/labels/exponential-volatility.js';
import { searchLabelParameters } from '../core/labels/search-label-parameters.js';
import { computeTripleBarrier } from '../core/labels/triple-barrier.js';
import { assessFeatures, distributionTables } from './quality-report.js';
import { qualityTable } from './quality-table.js';
import { pruneOnTrain } from './prune-on-train.js';
import { segmentsOfRows, uniquenessBySegment } from './segment-rows.js';

type Context = StepContext<AnalystLabelingFeatureEngineeringParameters>;

const BPS = 1e-4;

/**
 * Reads the bars and regimes known by the end of selection and writes `label-choice` (searched on train), `labels`, `features`,
 * `feature-catalog`, `feature-quality`, `distributions`, `drift`, and what prune-on-train.ts decides on train.
 * @throws InsufficientData when train has no row with a known label; InvalidData when bars and regimes do not match, or a feature is out
 * of its range or missing without a reason; LookAheadLeak when one rests on later bars.
 */
export const prepareAnalystData: StepFunction<AnalystLabelingFeatureEngineeringParameters> = async (context) => {
  const { parameters } = context;
  const { bars, regimes, regime } = await readBars(context);
  const funding = await readFunding(context);
  const volatility = exponentialVolatility(bars.close);
  const choice = searchOnTrain(context, bars, volatility);
  await context.outputs.json('label-choice', 'ares.label-choice', choice);
  context.signal.throwIfAborted();

  const labels = keepEvents(computeTripleBarrier(bars, volatility, choice), eventBars(bars.close, volatility, choice));
  const segment = segmentsOfRows(parameters.segments, bars.closeTimeMs, labels.labelEndMs);
  await context.outputs.table('labels', 'ares.labels', labelTable(labels, { bars, volatility, segment, regime }));
  context.progress(0.6, `labelled ${barCount(bars)} bars`);

  const featureContext: FeatureContext = { regimes, funding };
  const features = analystFeatures(bars, featureContext, parameters.features);
  await context.outputs.table(
    'features',
    'ares.features',
    makeTable({
      closeTimeMs: bars.closeTimeMs,
      ...Object.fromEntries(features.names.map((name, j) => [name, features.columns[j] as Float64Array])),
    }),
  );
  const catalog = featuresOf(parameters.features, bars, featureContext);
  await context.outputs.json(
    'feature-catalog',
    'ares.feature-catalog',
    catalog.map(({ name, inputs, warmUp, warmUpMs = 0, range, source, set }) => ({ name, inputs, warmUp, warmUpMs, range, source, set })),
  );
  const findings = assessFeatures(features, catalog, { bars, context: featureContext, random: makeRandom(context.seed('feature-cuts')) });
  await context.outputs.table('feature-quality', 'ares.quality', qualityTable(findings));
  await writeDistributions(context, features, segment);
  context.progress(0.9, `computed ${features.names.length} features`);

  await pruneOnTrain(context, {
    features,
    label: labels.label,
    closeTimeMs: bars.closeTimeMs,
    labelEndMs: labels.labelEndMs,
    uniqueness: uniquenessBySegment(segment, bars.closeTimeMs, labels.labelEndMs),
    segment,
  });
  context.count({ rowsIn: barCount(bars), rowsOut: barCount(bars) });
  context.progress(1, 'done');
};

/** Writes `distributions` and `drift`: the features of calibration, selection and the quarters of train beside those of train. */
async function writeDistributions(context: Context, features: FeatureColumns, segment: readonly string[]): Promise<void> {
  const span = (name: string): RowWindow => ({ name, from: segment.indexOf(name), to: segment.lastIndexOf(name) + 1 });
  const train = span('train');
  const cut = (quarter: number): number => train.from + Math.round(((train.to - train.from) * quarter) / 4);
  const quarters = [0, 1, 2, 3].map((quarter) => ({ name: `train ${quarter + 1} of 4`, from: cut(quarter), to: cut(quarter + 1) }));
  const windows = [...quarters, span('calibration'), span('selection')].filter(({ from, to }) => from >= 0 && from < to);
  const { histograms, drift } = distributionTables(featureDistributions(features, train, windows));
  await context.outputs.table('distributions', 'ares.distributions', histograms);
  await context.outputs.table('drift', 'ares.drift', drift);
}

async function readBars(context: Context): Promise<{ bars: Bars; regimes: Float64Array; regime: Int32Array }> {
  const all = barsFromTable(await context.inputs.table('market-regime-classification', 'bars', 'ares.bars'));
  const bars = barsKnownBy(all, context.parameters.segments.selection.toMs);
  const table = await context.inputs.table('market-regime-classification', 'regimes', 'ares.regimes');
  const rows = barCount(bars);
  const times = float64Column(table, 'closeTimeMs');
  for (let row = 0; row < rows; row++) {
    if (times[row] === bars.closeTimeMs[row]) continue;
    throw new InvalidData(`regimes: expected closeTimeMs ${bars.closeTimeMs[row]} in row ${row} as in the bars, found ${times[row] ?? 'none'}`);
  }
  return { bars, regimes: regimeProbabilities(table, rows), regime: int32Column(table, 'regime').slice(0, rows) };
}

/** Funding payments made before the end of selection. */
async function readFunding(context: Context): Promise<FeatureContext['funding']> {
  const table = await context.inputs.table('data-collection', 'funding', 'ares.funding');
  const timeMs = float64Column(table, 'timeMs');
  const end = lowerBound(timeMs, context.parameters.segments.selection.toMs + 1);
  return { timeMs: timeMs.subarray(0, end), rate: float64Column(table, 'rate').subarray(0, end) };
}

function searchOnTrain(context: Context, bars: Bars, volatility: Float64Array): LabelChoice {
  const { parameters } = context;
  const train = barsKnownBy(bars, parameters.segments.train.toMs);
  const choice = searchLabelParameters(train, volatility.subarray(0, barCount(train)), {
    ...parameters.labels,
    periodMs: parameters.periodMs,
    folds: parameters.folds,
    embargoMs: parameters.embargoMs,
    costPerFill: (parameters.costs.takerFeeBps + parameters.costs.halfSpreadBps) * BPS,
    progress: (fraction) => {
      context.signal.throwIfAborted();
      context.progress(fraction / 2, 'scoring label candidates');
    },
  });
  return { ...choice, bootstrapSeed: parameters.labels.sampling === 'sequential-bootstrap' ? context.seed('label-bootstrap') : null };
}

interface LabelRows {
  readonly bars: Bars;
  readonly volatility: Float64Array;
  readonly segment: readonly string[];
  readonly regime: Int32Array;
}

function labelTable(labels: TripleBarrierLabels, { bars, volatility, segment, regime }: LabelRows): ReturnType<typeof makeTable> {
  return makeTable({
    closeTimeMs: bars.closeTimeMs,
    labelEndMs: labels.labelEndMs,
    label: labels.label,
    barrier: labels.barrier,
    logReturn: labels.logReturn,
    volatility,
    uniqueness: uniquenessBySegment(segment, bars.closeTimeMs, labels.labelEndMs),
    regime,
    segment,
  });
}
