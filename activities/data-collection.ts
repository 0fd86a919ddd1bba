/** Step 1: trades or bars, best quotes, funding, external series, other assets and quality of one fixed window. Trades come a unit of days at a time. */
import { barCount } from '../core/data/bars.js';
import type { SourceDescription } from '../core/data/source-description.js';
import { InvalidData } from '../core/errors.js';
import { daysOf } from '../pipeline/day-segments.js';
import type { QualityFinding } from '../pipeline/market-source.js';
import type { StepContext, StepFunction } from '../pipeline/step-context.js';
import type { DataCollectionParameters } from '../pipeline/steps/data-collection.js';
import { RECORDING_UNIT } from '../pipeline/steps/data-collection.js';
import { collectBars, collectExternal, collectFunding, collectPairs, windowText } from './collect-series.js';
import { checkQuoteDays, collectQuoteDays } from './collect-quote-days.js';
import { collectTradeDays } from './collect-trade-days.js';
import { summarizeQuality } from './quality-report.js';
import { qualityTable } from './quality-table.js';
import { compareSecondSource } from './second-source.js';
import type { TradeDaySummary } from './trade-day-summary.js';
import { checkDays } from './trade-day-summary.js';

type Context = StepContext<DataCollectionParameters>;

/**
 * Writes trades, quality and summary a day, and quotes with their quality (unit mode); or funding, `external/<name>`, `pairs/<symbol>`, quality,
 * its summary and source, and the bars where the series is bars.
 */
export const collectMarketData: StepFunction<DataCollectionParameters> = async (context) => {
  if (context.unit !== null) {
    const { series, quotes } = context.parameters;
    if (series === 'trades' && context.unit !== RECORDING_UNIT) await collectTradeDays(context, context.unit);
    if (quotes !== null) await collectQuoteDays(context);
    return;
  }
  const findings: QualityFinding[] = [];
  const bars = context.parameters.series === 'bars' ? await collectBars(context, findings) : null;
  const rows = bars === null ? await checkTradeDays(context, findings) : barCount(bars);
  const compared = await compareSecondSource(context, bars);
  findings.push(...(await checkQuoteDays(context)), ...compared.findings);
  const fundingPayments = await collectFunding(context, findings);
  await collectExternal(context, findings);
  await collectPairs(context, findings);
  await context.outputs.table('quality', 'ares.quality', qualityTable(findings));
  const { window } = context.parameters;
  await context.outputs.json(
    'quality-summary',
    'ares.quality-summary',
    summarizeQuality(findings, { rows, days: daysOf(window).length, compared: compared.rows }),
  );
  await context.outputs.json('source', 'ares.source', describeSource(context.parameters, { rows, fundingPayments }));
  context.count({ rowsOut: rows });
};

/** The number of trades of all days, and what is between the days. */
async function checkTradeDays(context: Context, findings: QualityFinding[]): Promise<number> {
  const names = context.inputs.names('data-collection', 'summary/');
  const days = await Promise.all(
    names.map(async (name) => ({ day: name.slice('summary/'.length), summary: await context.inputs.json<TradeDaySummary>('data-collection', name) })),
  );
  const rows = days.reduce((sum, { summary }) => sum + summary.rows, 0);
  const { symbol, window } = context.parameters;
  if (rows === 0) throw new InvalidData(`${symbol}: expected trades in the window ${windowText(window)}, found none`);
  findings.push(...checkDays(days));
  return rows;
}

function describeSource(parameters: DataCollectionParameters, counts: { rows: number; fundingPayments: number }): SourceDescription {
  const { simulation } = parameters;
  return {
    kind: parameters.source,
    synthetic: simulation !== null,
    dataKind: simulation !== null ? 'SIMULATED' : parameters.exchange,
    symbol: parameters.symbol,
    market: parameters.market,
    series: parameters.series,
    periodMs: parameters.periodMs,
    fromMs: parameters.window.fromMs,
    toMs: parameters.window.toMs,
    ...counts,
    files: parameters.files,
    fundingFiles: parameters.fundingFiles,
    external: parameters.external,
    pairs: parameters.pairs.map(({ symbol, files }) => ({ symbol, files })),
    quotes: parameters.quotes,
    second: parameters.second === null ? null : { source: parameters.second.source, exchange: parameters.second.exchange, files: parameters.second.files },
    simulation: simulation === null ? null : plainParameters(simulation),
  };
}

/** Numbers and words of the simulator, those of the other assets with a dot. */
function plainParameters({ pair, ...own }: NonNullable<DataCollectionParameters['simulation']>): Readonly<Record<string, number | string>> {
  const pairs = Object.entries(pair).map(([name, value]): readonly [string, number] => [`pair.${name}`, value]);
  return Object.fromEntries([...Object.entries(own).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])), ...pairs]);
}
