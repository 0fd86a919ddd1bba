/** A simulated market's rows as the archive's CSV text. */
import type { Bars } from '../../core/data/bars.js';
import { barCount } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { float64Column } from '../../core/data/table.js';
import type { MarketKind } from '../../pipeline/config.js';
import { contractSizeOf } from '../market-files/index.js';

export interface CsvStyle {
  readonly market: MarketKind;
  readonly symbol: string;
  /** Factor from ms to the file's unit of time: 1, or 1000 where it holds microseconds. */
  readonly ticksPerMs: 1 | 1000;
}

const KLINE_HEADER = 'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n';

/** One line a trade; futures files have a header, spot files none but a column more. */
export function tradesText(trades: Table, style: CsvStyle): string {
  const rows = rowsOf(trades);
  const isSpot = style.market === 'spot';
  const second = style.market === 'coin' ? 'base_qty' : 'quote_qty';
  const lines: string[] = isSpot ? [] : [`id,price,qty,${second},time,is_buyer_maker\n`];
  for (let i = 0; i < rows.id.length; i++) {
    const { quantity, other } = amounts(rows.price[i]!, rows.quantity[i]!, style);
    const head = `${rows.id[i]},${rows.price[i]!.toFixed(2)},${quantity},${other},${rows.timeMs[i]! * style.ticksPerMs}`;
    lines.push(isSpot ? `${head},${rows.buyerIsMaker[i] === 1 ? 'True' : 'False'},True\n` : `${head},${rows.buyerIsMaker[i] === 1}\n`);
  }
  return lines.join('');
}

/** Longest time that the trades of one aggregate span. */
const AGGREGATE_MS = 100;

/** Neighbouring trades of one price and taker's side within 100 ms of the first are one line; ids go on from `firstId`. `count` lines were written. */
export function aggregateTradesText(trades: Table, style: CsvStyle, firstId: number): { readonly text: string; readonly count: number } {
  const rows = rowsOf(trades);
  const isSpot = style.market === 'spot';
  const lines: string[] = isSpot ? [] : ['agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n'];
  let count = 0;
  for (let from = 0; from < rows.id.length; ) {
    let to = from;
    let total = 0;
    const belongs = (i: number): boolean =>
      rows.price[i] === rows.price[from] && rows.buyerIsMaker[i] === rows.buyerIsMaker[from] && rows.timeMs[i]! - rows.timeMs[from]! <= AGGREGATE_MS;
    for (; to < rows.id.length && belongs(to); to++) total += Number(amounts(rows.price[to]!, rows.quantity[to]!, style).quantity);
    const head = `${firstId + count},${rows.price[from]!.toFixed(2)},${total.toFixed(style.market === 'coin' ? 0 : 3)},${rows.id[from]},${rows.id[to - 1]}`;
    const tail = `${rows.timeMs[from]! * style.ticksPerMs}`;
    lines.push(isSpot ? `${head},${tail},${rows.buyerIsMaker[from] === 1 ? 'True' : 'False'},True\n` : `${head},${tail},${rows.buyerIsMaker[from] === 1}\n`);
    count++;
    from = to;
  }
  return { text: lines.join(''), count };
}

/** One line a bar; `takerBuyQuote` is the quote currency that takers paid, one a bar. Amounts as the market counts them. */
export function klinesText(bars: Bars, takerBuyQuote: Float64Array, style: CsvStyle): string {
  const lines: string[] = style.market === 'spot' ? [] : [KLINE_HEADER];
  const dollars = contractSizeOf(style.symbol);
  for (let i = 0; i < barCount(bars); i++) {
    const prices = [bars.open[i]!, bars.high[i]!, bars.low[i]!, bars.close[i]!].map((price) => price.toFixed(2)).join(',');
    const isCoin = style.market === 'coin';
    const amountsOf = (base: number, quote: number): readonly [string, string] =>
      isCoin ? [Math.round(quote / dollars).toFixed(0), base.toFixed(8)] : [base.toFixed(3), quote.toFixed(5)];
    const [volume, quoteVolume] = amountsOf(bars.volume[i]!, bars.quoteVolume[i]!);
    const [takerBuy, takerBuyOther] = amountsOf(bars.takerBuyVolume[i]!, takerBuyQuote[i]!);
    const closeTime = bars.closeTimeMs[i]! * style.ticksPerMs - 1;
    lines.push(
      `${bars.openTimeMs[i]! * style.ticksPerMs},${prices},${volume},${closeTime},${quoteVolume},${bars.tradeCount[i]},${takerBuy},${takerBuyOther},0\n`,
    );
  }
  return lines.join('');
}

/** Mark-price bars: no amounts. */
export function markPriceText(bars: Bars): string {
  const lines = [KLINE_HEADER];
  for (let i = 0; i < barCount(bars); i++) {
    const prices = [bars.open[i]!, bars.high[i]!, bars.low[i]!, bars.close[i]!].map((price) => price.toFixed(8)).join(',');
    lines.push(`${bars.openTimeMs[i]},${prices},0,${bars.closeTimeMs[i]! - 1},0,0,0,0,0\n`);
  }
  return lines.join('');
}

/** Payments of a table of schema ares.funding. */
export function fundingText(funding: Table): string {
  const [timeMs, rate] = [float64Column(funding, 'timeMs'), float64Column(funding, 'rate')];
  return `calc_time,funding_interval_hours,last_funding_rate\n${Array.from(timeMs, (time, i) => `${time},8,${rate[i]!.toFixed(8)}\n`).join('')}`;
}

interface TradeRows {
  readonly id: Float64Array;
  readonly timeMs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly buyerIsMaker: Uint8Array;
}

function rowsOf(trades: Table): TradeRows {
  const [id, timeMs, price, quantity] = (['id', 'timeMs', 'price', 'quantity'] as const).map((name) => float64Column(trades, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { id, timeMs, price, quantity, buyerIsMaker: trades.columns['buyerIsMaker'] as Uint8Array };
}

/** A trade's quantity and its worth in the other currency; of inverse perpetuals, whole contracts (at least one) and their worth in base currency. */
function amounts(price: number, quantity: number, { market, symbol }: CsvStyle): { readonly quantity: string; readonly other: string } {
  if (market !== 'coin') return { quantity: quantity.toFixed(3), other: (price * quantity).toFixed(5) };
  const dollars = contractSizeOf(symbol);
  const contracts = Math.max(1, Math.round((quantity * price) / dollars));
  return { quantity: contracts.toFixed(0), other: ((contracts * dollars) / price).toFixed(8) };
}
