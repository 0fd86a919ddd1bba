/** Bars from the exchange's own candles. */
import type { Abort } from '../../core/abort.js';
import { findBarFault } from '../../core/data/bar-faults.js';
import { makeGrowingColumn } from '../../core/data/growing-column.js';
import { float64Column, makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { QualityFinding, SeriesRead } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import type { Candle } from './binance-answers.js';
import { candlesSchema } from './binance-answers.js';
import type { BinanceApi } from './binance-api.js';
import { BINANCE_MARKETS } from './binance-markets.js';
import { finding, isoTime, requestsFinding } from './findings.js';
import { timedPages } from './timed-pages.js';

const MINUTE_MS = 60_000;
/** Names of the candles that lead to whole bars, by length. */
const INTERVALS: ReadonlyMap<number, string> = new Map(
  Object.entries({ '1m': 1, '3m': 3, '5m': 5, '15m': 15, '30m': 30, '1h': 60, '2h': 120, '4h': 240, '6h': 360, '8h': 480, '12h': 720, '1d': 1440 }).map(
    ([name, minutes]) => [minutes * MINUTE_MS, name],
  ),
);

export interface BarsRequest {
  readonly symbol: string;
  readonly window: Span;
  readonly periodMs: number;
  readonly signal: Abort;
}

const NAMES = ['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'] as const;
type Values = Readonly<Record<(typeof NAMES)[number], number>>;

/**
 * The closed candles that lie wholly in the window (schema ares.bars), amounts in base currency. Flagged: gaps, and candles without a
 * trade. `counted` = trades in all of them, `answers` = pages.
 * @throws InvalidData for a length that there are no candles of, or a candle that breaks a rule of `findBarFault`
 */
export async function readBinanceBars(api: BinanceApi, request: BarsRequest): Promise<SeriesRead & { counted: number; answers: number }> {
  const { symbol, periodMs, signal } = request;
  const interval = INTERVALS.get(periodMs);
  if (interval === undefined) throw new InvalidData(`periodMs: expected the length of one of ${[...INTERVALS.values()].join(', ')}, found ${periodMs}`);
  const span = wholeBars(request.window, periodMs);
  const { contractSize } = await api.contract(symbol, signal);
  const endpoint = BINANCE_MARKETS[api.market].candles;
  const columns = Object.fromEntries(NAMES.map((name) => [name, makeGrowingColumn()])) as Record<keyof Values, ReturnType<typeof makeGrowingColumn>>;
  let [answers, counted] = [0, 0];
  const pages = timedPages<Candle>({
    span,
    stepMs: periodMs,
    limit: endpoint.limit,
    timeOf: ([openTimeMs]) => openTimeMs,
    fetchPage: async (ask, check) => {
      answers++;
      const query = { symbol, interval, startTime: ask.fromMs, endTime: ask.toMs - 1, limit: ask.limit };
      return api.get(endpoint, { query, rows: ask.limit, schema: candlesSchema, check, signal });
    },
  });
  for await (const page of pages) {
    for (const candle of page) {
      const bar = barOf(candle, contractSize);
      checkCandle(candle, bar, { name: `${symbol} ${api.market} ${interval}`, periodMs });
      for (const name of NAMES) columns[name].push(bar[name]);
      counted += bar.tradeCount;
    }
  }
  const table = makeTable(Object.fromEntries(NAMES.map((name) => [name, columns[name].toArray()])));
  const findings = gapFindings({ openTimeMs: float64Column(table, 'openTimeMs'), volume: float64Column(table, 'volume') }, span, periodMs);
  findings.push(
    finding({ action: 'passed', check: 'bars', count: table.rowCount, detail: `${table.rowCount} bars of ${interval}; prices, amounts and times checked` }),
  );
  findings.push(requestsFinding(answers, `klines of ${interval}`));
  return { table, findings, counted, answers };
}

function wholeBars(window: Span, periodMs: number): Span {
  return { fromMs: Math.ceil(window.fromMs / periodMs) * periodMs, toMs: Math.floor(window.toMs / periodMs) * periodMs };
}

/** An inverse future's volume is in contracts; its other volume is in base currency, where elsewhere it is in quote currency. */
function barOf(candle: Candle, contractSize: number | null): Values {
  const [openTimeMs, open, high, low, close, volume, lastMs, otherVolume, tradeCount, takerBuyVolume, takerBuyOther] = candle;
  const prices = { openTimeMs, closeTimeMs: lastMs + 1, open, high, low, close, tradeCount };
  if (contractSize === null) return { ...prices, volume, quoteVolume: otherVolume, takerBuyVolume };
  return { ...prices, volume: otherVolume, quoteVolume: volume * contractSize, takerBuyVolume: takerBuyOther };
}

function checkCandle([openTimeMs, , , , , , lastMs]: Candle, bar: Values, { name, periodMs }: { readonly name: string; readonly periodMs: number }): void {
  if (openTimeMs % periodMs !== 0) throw new InvalidData(`${name}: expected open times on multiples of ${periodMs} ms, found ${openTimeMs}`);
  if (lastMs !== openTimeMs + periodMs - 1)
    throw new InvalidData(`${name}: expected close time ${openTimeMs + periodMs - 1} of the candle of ${openTimeMs}, found ${lastMs}`);
  const fault = findBarFault(bar);
  if (fault !== null) throw new InvalidData(`${name}: candle of ${openTimeMs}: ${fault}`);
}

/** One finding a gap, the edges of the span included, and one for candles without a trade. */
function gapFindings(bars: { openTimeMs: Float64Array; volume: Float64Array }, span: Span, periodMs: number): QualityFinding[] {
  const { openTimeMs, volume } = bars;
  const findings: QualityFinding[] = [];
  let nextMs = span.fromMs;
  for (const timeMs of [...openTimeMs, span.toMs]) {
    const count = (timeMs - nextMs) / periodMs;
    if (count > 0)
      findings.push(
        finding({
          action: 'flagged',
          check: 'gap',
          count,
          timeMs: nextMs,
          detail: `${count} bars missing from ${isoTime(nextMs)} to ${isoTime(timeMs)}, left out`,
        }),
      );
    nextMs = timeMs + periodMs;
  }
  const idle = volume.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  if (idle > 0) {
    const timeMs = openTimeMs[volume.indexOf(0)] as number;
    findings.push(finding({ action: 'flagged', check: 'zero volume', count: idle, timeMs, detail: `${idle} bars without volume, kept; the first at timeMs` }));
  }
  return findings;
}
