/** Step 2: 1m and analyst bars of the window, and per analyst bar the filtered regime probabilities. */
import { barCount, barsKnownBy, barsToTable } from '../core/data/bars.js';
import { makeTable } from '../core/data/table.js';
import { InsufficientData } from '../core/errors.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../core/regimes/regime-model.js';
import { REGIMES } from '../core/regimes/regime-names.js';
import { expectedRegimes, summariseRegimes } from '../core/regimes/regime-summary.js';
import { checkpointWithin } from '../pipeline/checkpoint.js';
import type { StepFunction } from '../pipeline/step-context.js';
import type { MarketRegimeClassificationParameters } from '../pipeline/steps/market-regime-classification.js';
import { writeFineMonths } from './fine-months.js';
import { assessBarStationarity } from './quality-report.js';
import { qualityTable } from './quality-table.js';

/** Writes `bars-fine/<month>`, `imputation`, `quality`, `bars`, `regimes`, `regime-model` and `regime-summary`. */
export const classifyMarketRegimes: StepFunction<MarketRegimeClassificationParameters> = async (context) => {
  const { train, periodMs, regimes: wanted, imputation } = context.parameters;
  const { bars, findings, rows } = await writeFineMonths(context);
  if (barCount(bars) === 0) throw new InsufficientData(`expected whole bars of ${periodMs} ms in the window, found none in ${rows} collected bars`);
  context.progress(0.6, `${barCount(bars)} bars of ${periodMs} ms`);
  const model = await fitRegimeModel(bars, train.toMs, {
    seed: context.seed('regime-model'),
    kind: wanted.model,
    states: wanted.states,
    signal: context.signal,
    parts: checkpointWithin(context.checkpoint, 'regime-model'),
  });
  context.progress(0.9, `${model.regimeOfState.length} states fitted on ${model.trainBars} bars`);
  const probabilities = filterRegimes(model, bars);
  const regime = likeliestRegimes(probabilities);
  const stationarity = assessBarStationarity(barsKnownBy(bars, train.toMs));
  // Goes into the bundle: raw bars are completed in the same way there.
  await context.outputs.json('imputation', 'ares.imputation', imputation);
  await context.outputs.table('quality', 'ares.quality', qualityTable([...findings, ...stationarity]));
  await context.outputs.table('bars', 'ares.bars', barsToTable(bars));
  await context.outputs.table(
    'regimes',
    'ares.regimes',
    makeTable({
      closeTimeMs: bars.closeTimeMs,
      regime,
      ...Object.fromEntries(REGIMES.map((name, j) => [name, Float64Array.from(regime, (_, t) => probabilities[t * REGIMES.length + j] as number)])),
    }),
  );
  await context.outputs.json('regime-model', 'ares.regime-model', model);
  // Counted on train: a step in 2 to 12 reports nothing of the test segment.
  await context.outputs.json('regime-summary', 'ares.regime-summary', {
    segment: 'train',
    model: model.kind ?? 'hmm',
    reduced: model.reduced,
    ...summariseRegimes(regime.subarray(0, model.trainBars)),
    expected: expectedRegimes(model),
  });
  context.count({ rowsIn: rows, rowsOut: barCount(bars) });
};
