/** Step 3: the analyst bars of each regime; a regime too thin to train on is reported and served by the pooled model. */
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, makeTable, takeRows } from '../core/data/table.js';
import { InsufficientData } from '../core/errors.js';
import { POOLED, REGIMES } from '../core/regimes/regime-names.js';
import type { StepFunction } from '../pipeline/step-context.js';
import type { RegimeDataSplittingParameters } from '../pipeline/steps/regime-data-splitting.js';

/** What became of one regime. */
export interface RegimeSplit {
  readonly regime: string;
  readonly rows: number;
  readonly trainRows: number;
  /** True: the model of all regimes serves, for the reason given. */
  readonly pooled: boolean;
  readonly reason: string | null;
}

/** Writes `dataset/<REGIME>` for the four regimes and POOLED (all rows), and `split`. */
export const splitByRegime: StepFunction<RegimeDataSplittingParameters> = async (context) => {
  const { segments, minimumTrainBars } = context.parameters;
  const regimes = await context.inputs.table('market-regime-classification', 'regimes', 'ares.regimes');
  const closeTimeMs = float64Column(regimes, 'closeTimeMs');
  const regime = int32Column(regimes, 'regime');
  const all = makeTable({
    row: Int32Array.from(closeTimeMs.keys()),
    closeTimeMs,
    segment: Array.from(closeTimeMs, (timeMs) => segmentOf(timeMs, segments)),
  });
  const splits: RegimeSplit[] = [];
  for (const [index, name] of [...REGIMES.entries(), [-1, POOLED] as const]) {
    const dataset =
      index < 0
        ? all
        : takeRows(
            all,
            int32Column(all, 'row').filter((_, row) => regime[row] === index),
          );
    await context.outputs.table(`dataset/${name}`, 'ares.dataset', dataset);
    splits.push(describeSplit(name, dataset, minimumTrainBars));
  }
  const pooled = splits[splits.length - 1] as RegimeSplit;
  if (pooled.trainRows < minimumTrainBars) {
    throw new InsufficientData(`expected at least ${minimumTrainBars} analyst bars in train for the pooled model, found ${pooled.trainRows}`);
  }
  await context.outputs.json('split', 'ares.split', { regimes: splits });
  context.count({ rowsIn: regimes.rowCount, rowsOut: regimes.rowCount });
};

/** The segment whose span holds a bar's close, (fromMs, toMs], or `embargo` between two of them. */
function segmentOf(timeMs: number, segments: RegimeDataSplittingParameters['segments']): string {
  const found = Object.entries(segments).find(([, span]) => timeMs >= span.fromMs && timeMs <= span.toMs);
  return found?.[0] ?? 'embargo';
}

function describeSplit(regime: string, dataset: Table, minimumTrainBars: number): RegimeSplit {
  const segment = dataset.columns['segment'] as readonly string[];
  const trainRows = segment.filter((name) => name === 'train').length;
  const pooled = regime !== POOLED && trainRows < minimumTrainBars;
  return {
    regime,
    rows: dataset.rowCount,
    trainRows,
    pooled,
    reason: pooled ? `${trainRows} train bars, fewer than ${minimumTrainBars}: the pooled model serves` : null,
  };
}
