/** The suite's market as files of the archive, text by text as the exchange writes it: spot without header, futures with one. */
import { float64Column } from '../../core/data/table.js';
import { TICKER_HEADER, tickerRow } from './quote-files.js';
import type { SuiteMarket } from './market-source-suite.js';
import { suiteBids } from './market-source-suite.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Path below the archive's root and CSV text of every file: daily trades, bars and best quotes (of futures), a month of funding, daily candles of the mark price. */
export function suiteFiles(suite: SuiteMarket, market: 'spot' | 'perp'): readonly { readonly path: string; readonly text: string }[] {
  const files = ['2024-03-01', '2024-03-02'].flatMap((day) => [
    { path: pathOf(market, 'daily', ['trades', day]), text: tradesText(suite, market, day) },
    { path: pathOf(market, 'daily', ['1m', day]), text: barsText(suite, market, day) },
  ]);
  if (market === 'spot') return files;
  const rates = suite.funding.map(({ timeMs, rate }) => `${timeMs},8,${rate.toFixed(8)}`);
  const rows = [`calc_time,funding_interval_hours,last_funding_rate`, ...rates];
  const marks = ['2024-03-01', '2024-03-02'].map((day) => ({ path: pathOf(market, 'daily', ['1h', day], 'markPriceKlines'), text: marksText(suite, day) }));
  const quotes = ['2024-03-01', '2024-03-02'].map((day) => ({ path: pathOf(market, 'daily', ['bookTicker', day]), text: quotesText(day, suite.fromMs) }));
  return [...files, ...quotes, { path: pathOf(market, 'monthly', ['fundingRate', '2024-03']), text: `${rows.join('\n')}\n` }, ...marks];
}

function pathOf(market: 'spot' | 'perp', span: 'daily' | 'monthly', [kind, date]: readonly [string, string], folder?: string): string {
  const isBars = /^\d/.test(kind);
  const place = `data/${market === 'spot' ? 'spot' : 'futures/um'}/${span}/${folder ?? (isBars ? 'klines' : kind)}/ETHUSDT${isBars ? `/${kind}` : ''}`;
  return `${place}/ETHUSDT-${kind}-${date}.zip`;
}

function tradesText({ trades }: SuiteMarket, market: 'spot' | 'perp', day: string): string {
  const [time, id] = [float64Column(trades, 'timeMs'), float64Column(trades, 'id')];
  const [price, quantity] = [float64Column(trades, 'price'), float64Column(trades, 'quantity')];
  const isMaker = trades.columns['buyerIsMaker'] as Uint8Array;
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const lines = market === 'spot' ? [] : ['id,price,qty,quote_qty,time,is_buyer_maker'];
  for (let i = 0; i < time.length; i++) {
    if (time[i]! < dayMs || time[i]! >= dayMs + DAY_MS) continue;
    const maker = isMaker[i] === 1;
    const end = market === 'spot' ? `${maker ? 'True' : 'False'},True` : String(maker);
    lines.push(`${id[i]},${price[i]!.toFixed(2)},${quantity[i]!.toFixed(3)},${(price[i]! * quantity[i]!).toFixed(5)},${time[i]},${end}`);
  }
  return `${lines.join('\n')}\n`;
}

const KLINE_HEADER = 'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';

function barsText({ bars }: SuiteMarket, market: 'spot' | 'perp', day: string): string {
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const lines = market === 'spot' ? [] : [KLINE_HEADER];
  for (let i = 0; i < bars.openTimeMs.length; i++) {
    if (bars.openTimeMs[i]! < dayMs || bars.openTimeMs[i]! >= dayMs + DAY_MS) continue;
    const prices = [bars.open, bars.high, bars.low, bars.close].map((column) => column[i]!.toFixed(2));
    const amounts = [bars.quoteVolume[i], bars.tradeCount[i], bars.takerBuyVolume[i]];
    lines.push([bars.openTimeMs[i], ...prices, bars.volume[i], bars.closeTimeMs[i]! - 1, ...amounts, 0, 0].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function quotesText(day: string, firstMs: number): string {
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const first = (dayMs - firstMs) / 60_000;
  const rows = suiteBids(first + 1440)
    .slice(first)
    .map((bid, m) => tickerRow(first + m + 1, dayMs + m * 60_000 + 1000, { bid, ask: Number((bid + 0.01).toFixed(2)), bidQuantity: 1 + (m % 5) }));
  return `${[TICKER_HEADER, ...rows].join('\n')}\n`;
}

function marksText({ funding }: SuiteMarket, day: string): string {
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const rows = funding
    .filter(({ timeMs }) => timeMs >= dayMs && timeMs < dayMs + DAY_MS)
    .map(({ timeMs, markPrice }) => {
      const openMs = Math.floor(timeMs / HOUR_MS) * HOUR_MS;
      return [openMs, markPrice, markPrice + 1, markPrice - 1, markPrice, 0, openMs + HOUR_MS - 1, 0, 3600, 0, 0, 0].join(',');
    });
  return `${[KLINE_HEADER, ...rows].join('\n')}\n`;
}
