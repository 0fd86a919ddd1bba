/** Step 8: the analyst's signals as the tactician's examples, with meta-labels net of costs. */
import type { AnalystSignals, TacticianExamples, TacticianLabels, TacticianOptions } from '../core/chain/tactician-examples.js';
import type { Table } from '../core/data/table.js';
import type { LabelChoice } from '../core/labels/label-choice.js';
import type { TacticianLabelingParameters } from '../pipeline/steps/tactician-labeling.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import { tacticianFeatures, tacticianLabels, tacticianRules } from '../core/chain/tactician-examples.js';
import { barCount } from '../core/data/bars.js';
import { float64Column, int32Column, makeTable, takeRows, textColumn } from '../core/data/table.js';
import { InsufficientData, InvalidData } from '../core/errors.js';
import { regimeProbabilities } from '../core/features/market/regime-probability.js';
import { readFineBars } from './fine-bars.js';
import { segmentsOfRows, uniquenessBySegment } from './segment-rows.js';

type Context = StepContext<TacticianLabelingParameters>;

/**
 * Reads the analyst's signals and the 1m bars known by the end of selection and writes `rules`, `labels` and `features`, row by row
 * the same examples. `features.closeTimeMs` is the decision time; `labels.signalRow` is the analyst bar of the signal.
 * @throws InsufficientData when no signal makes an example; InvalidData when a signal's bar is not in the labels.
 */
export const labelTactician: StepFunction<TacticianLabelingParameters> = async (context) => {
  const { parameters } = context;
  const untilMs = parameters.segments.selection.toMs;
  const fine = await readFineBars(context.inputs, { toMs: untilMs });
  const choice = await context.inputs.json<LabelChoice>('analyst-labeling-feature-engineering', 'label-choice');
  const options: TacticianOptions = { market: parameters.market, set: parameters.features, holdingMs: choice.holdingMs };
  const rules = tacticianRules(choice, options, parameters.costs);
  await context.outputs.json('rules', 'ares.tactician-rules', rules);
  context.signal.throwIfAborted();

  const { signals, table, regime } = await readSignals(context);
  const examples = tacticianFeatures(signals, fine, options);
  if (examples.signal.length === 0) {
    throw new InsufficientData(
      `expected signals that make an example, found none among ${table.rowCount} signals on ${barCount(fine)} fine bars (market ${parameters.market})`,
    );
  }
  context.progress(0.6, `${examples.signal.length} examples of ${table.rowCount} signals`);
  const labels = tacticianLabels(examples, fine, rules);
  await context.outputs.table('labels', 'ares.tactician-labels', labelTable(context, { examples, labels, regime, signalTable: table }));
  await context.outputs.table(
    'features',
    'ares.features',
    makeTable({
      closeTimeMs: examples.entryTimeMs,
      ...Object.fromEntries(examples.features.names.map((name, j) => [name, examples.features.columns[j] as Float64Array])),
    }),
  );
  context.count({ rowsIn: table.rowCount, rowsOut: examples.signal.length });
  context.progress(1, 'done');
};

/** The signals with the volatility and the regimes of their bars. */
async function readSignals(context: Context): Promise<{ signals: AnalystSignals; table: Table; regime: Int32Array }> {
  const table = await context.inputs.table('analyst-ensemble-creation', 'signals', 'ares.signals');
  const labels = await context.inputs.table('analyst-labeling-feature-engineering', 'labels', 'ares.labels');
  const row = int32Column(table, 'row');
  const closeTimeMs = float64Column(table, 'closeTimeMs');
  const barTimes = float64Column(labels, 'closeTimeMs');
  row.forEach((bar, i) => {
    if (barTimes[bar] === closeTimeMs[i]) return;
    throw new InvalidData(`signals: expected closeTimeMs ${barTimes[bar] ?? 'of a labelled bar'} for row ${bar}, found ${closeTimeMs[i]} in line ${i}`);
  });
  const regimes = takeRows(await context.inputs.table('market-regime-classification', 'regimes', 'ares.regimes'), row);
  const volatility = float64Column(labels, 'volatility');
  return {
    table,
    regime: int32Column(regimes, 'regime'),
    signals: {
      closeTimeMs,
      probability: float64Column(table, 'probability'),
      volatility: Float64Array.from(row, (bar) => volatility[bar] as number),
      regimes: regimeProbabilities(regimes),
    },
  };
}

interface LabelledExamples {
  readonly examples: TacticianExamples;
  readonly labels: TacticianLabels;
  /** Likeliest regime of each signal. */
  readonly regime: Int32Array;
  readonly signalTable: Table;
}

function labelTable(context: Context, { examples, labels, regime, signalTable }: LabelledExamples): Table {
  const ofSignal = takeRows(signalTable, examples.signal);
  const signalSegment = textColumn(ofSignal, 'segment');
  // A signal's outcome can be known in its segment while the example, held to the vertical barrier, ends after it.
  const segment = segmentsOfRows(context.parameters.segments, examples.closeTimeMs, labels.labelEndMs).map((name, i) =>
    name === signalSegment[i] ? name : 'none',
  );
  return makeTable({
    row: Int32Array.from(examples.signal.keys()),
    signalRow: int32Column(ofSignal, 'row'),
    closeTimeMs: examples.closeTimeMs,
    entryTimeMs: examples.entryTimeMs,
    side: examples.side,
    label: labels.label,
    labelEndMs: labels.labelEndMs,
    netReturn: labels.netReturn,
    barrier: labels.barrier,
    volatility: examples.volatility,
    uniqueness: uniquenessBySegment(segment, examples.entryTimeMs, labels.labelEndMs),
    regime: Int32Array.from(examples.signal, (i) => regime[i] as number),
    segment,
    fold: int32Column(ofSignal, 'fold'),
  });
}
