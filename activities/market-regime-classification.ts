/** Step 2: 1m and analyst bars of the window, and per analyst bar the filtered regime probabilities. */
import type { Bars } from '../core/data/bars.js';
import { barCount, barsFromTable, barsKnownBy, barsToTable, lowerBound, sliceBars, upperBound } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { EXTERNAL_SERIES } from '../core/data/external-series.js';
import { PAIR_CLOSE } from '../core/data/bar-extras.js';
import { joinExternal, joinPair } from '../core/data/join-extras.js';
import { float64Column, makeTable } from '../core/data/table.js';
import { InsufficientData } from '../core/errors.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../core/regimes/regime-model.js';
import { REGIMES } from '../core/regimes/regime-names.js';
import { expectedRegimes, summariseRegimes } from '../core/regimes/regime-summary.js';
import { checkpointWithin } from '../pipeline/checkpoint.js';
import type { StepContext, StepFunction } from '../pipeline/step.js';
import type { MarketRegimeClassificationParameters } from '../pipeline/steps/market-regime-classification.js';
import { completeBars } from './complete-bars.js';
import { assessBars, assessBarStationarity } from './quality-report.js';
import { qualityTable } from './quality-table.js';

/** Days whose trades are aggregated at the same time: bounds the memory. */
const SIDE_BY_SIDE = 2;

type Context = StepContext<MarketRegimeClassificationParameters>;

/** Writes `bars-fine`, `bars`, `regimes`, `regime-model` and `regime-summary`. */
export const classifyMarketRegimes: StepFunction<MarketRegimeClassificationParameters> = async (context) => {
  const { window, train, periodMs, finePeriodMs, regimes: wanted } = context.parameters;
  const collected = await collectedBars(context);
  const found = resampleBars(barsInside(collected, window), finePeriodMs, window.toMs);
  const fine = await joinExtras(context, completeBars(found, { periodMs: finePeriodMs, imputation: context.parameters.imputation }).bars);
  const bars = resampleBars(fine, periodMs, window.toMs);
  if (barCount(bars) === 0) throw new InsufficientData(`expected whole bars of ${periodMs} ms in the window, found none in ${barCount(fine)} fine bars`);
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
  await writeQuality(context, { fine: found, bars });
  await context.outputs.table('bars-fine', 'ares.bars', barsToTable(fine));
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
  context.count({ rowsIn: barCount(collected), rowsOut: barCount(bars) });
};

/** The collected bars, or fine bars of each day's trades, two days side by side where there are threads for it. */
async function collectedBars(context: Context): Promise<Bars> {
  const { inputs, parameters, execution, signal } = context;
  const days = inputs.names('data-collection', 'trades/');
  if (days.length === 0) return barsFromTable(await inputs.table('data-collection', 'bars', 'ares.bars'));
  const parts = new Array<Bars>(days.length);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < days.length; i = next++) {
      signal.throwIfAborted();
      const day = days[i] as string;
      const table = await context.checkpoint.once(`bars of ${day}`, async () =>
        context.ports.bars.barsFromTrades(await inputs.path('data-collection', day), parameters.finePeriodMs, 1),
      );
      parts[i] = barsFromTable(table);
      context.progress((0.5 * ++done) / days.length, `bars of ${days[i]}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, execution.threads, days.length) }, work));
  return concatBars(parts);
}

/** Writes `quality`: what was repaired, filled in or is odd in the minute bars, and whether returns of train's analyst bars are stationary. */
async function writeQuality(context: Context, { fine, bars }: { fine: Bars; bars: Bars }): Promise<void> {
  const { train, finePeriodMs: periodMs, reportUntilMs, imputation } = context.parameters;
  const complete = completeBars(barsKnownBy(fine, reportUntilMs), { periodMs, imputation });
  const own = assessBars(complete.bars, { periodMs, reported: complete.findings });
  const stationarity = assessBarStationarity(barsKnownBy(bars, train.toMs));
  await context.outputs.table('quality', 'ares.quality', qualityTable([...complete.findings, ...own, ...stationarity]));
}

/**
 * External series and other assets become columns of the fine bars: every later step reads them there, as they were known. The bars
 * of a walk-forward window have them already.
 */
async function joinExtras({ inputs, parameters }: Context, fine: Bars): Promise<Bars> {
  let bars = fine;
  for (const name of parameters.external) {
    if (EXTERNAL_SERIES[name].extra in bars.extras) continue;
    const table = await inputs.table('data-collection', `external/${name}`, 'ares.external');
    const series = { timeMs: float64Column(table, 'timeMs'), knownAtMs: float64Column(table, 'knownAtMs'), value: float64Column(table, 'value') };
    bars = joinExternal(bars, name, series);
  }
  for (const symbol of parameters.pairs) {
    if (PAIR_CLOSE + symbol in bars.extras) continue;
    bars = joinPair(bars, symbol, barsFromTable(await inputs.table('data-collection', `pairs/${symbol}`, 'ares.bars')));
  }
  return bars;
}

function barsInside(bars: Bars, window: { fromMs: number; toMs: number }): Bars {
  return sliceBars(bars, lowerBound(bars.openTimeMs, window.fromMs), upperBound(bars.closeTimeMs, window.toMs));
}
