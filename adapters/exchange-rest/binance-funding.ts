/** Funding payments of a perpetual, with the mark price at each. */
import type { Abort } from '../../core/abort.js';
import { makeGrowingColumn } from '../../core/data/growing-column.js';
import { makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { SeriesRead } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import type { FundingPayment } from './binance-answers.js';
import { fundingSchema } from './binance-answers.js';
import type { BinanceApi } from './binance-api.js';
import { BINANCE_MARKETS } from './binance-markets.js';
import { finding, requestsFinding } from './findings.js';
import { timedPages } from './timed-pages.js';

const HOUR_MS = 3_600_000;
/** The exchange's longest pause between two payments. */
const LONGEST_PAUSE_MS = 8 * HOUR_MS;
/** Payments are stamped some ms after their hour. */
const JITTER_MS = 60_000;

/**
 * The payments of the window (schema ares.funding) at the exchange's own times; markPrice is NaN where the exchange gives none. None on
 * spot. Flagged: pauses of more than eight hours.
 * @throws InvalidData for a payment of another symbol or a mark price not above 0
 */
export async function readBinanceFunding(
  api: BinanceApi,
  request: { readonly symbol: string; readonly window: Span; readonly signal: Abort },
): Promise<SeriesRead> {
  const { symbol, window, signal } = request;
  const endpoint = BINANCE_MARKETS[api.market].funding;
  const [timeMs, rate, markPrice] = [makeGrowingColumn(), makeGrowingColumn(), makeGrowingColumn()];
  let answers = 0;
  if (endpoint !== null) {
    const pages = timedPages<FundingPayment>({
      span: window,
      // Payments come hourly at most; their jitter can bring two a little closer.
      stepMs: HOUR_MS - JITTER_MS,
      limit: endpoint.limit,
      timeOf: ({ fundingTime }) => fundingTime,
      fetchPage: async (ask, check) => {
        answers++;
        const query = { symbol, startTime: ask.fromMs, endTime: ask.toMs - 1, limit: endpoint.limit };
        return api.get(endpoint, { query, schema: fundingSchema, check, signal });
      },
    });
    for await (const page of pages) {
      for (const payment of page) {
        checkPayment(payment, symbol);
        timeMs.push(payment.fundingTime);
        rate.push(payment.fundingRate);
        markPrice.push(payment.markPrice);
      }
    }
  }
  const table = makeTable({ timeMs: timeMs.toArray(), rate: rate.toArray(), markPrice: markPrice.toArray() });
  const pauses = endpoint === null ? [] : longPauses(timeMs.toArray(), window);
  const findings = [finding({ action: 'passed', check: 'funding', count: table.rowCount, detail: `${table.rowCount} funding payments in the window` })];
  if (pauses.length > 0) {
    const detail = `${pauses.length} pauses of more than 8 hours without a payment; the first begins at timeMs`;
    findings.unshift(finding({ action: 'flagged', check: 'missing funding', count: pauses.length, timeMs: pauses[0] as number, detail }));
  }
  if (endpoint !== null) findings.push(requestsFinding(answers, 'fundingRate'));
  return { table, findings };
}

function checkPayment({ fundingTime, symbol, markPrice }: FundingPayment, expected: string): void {
  const place = `${expected} funding of ${fundingTime}`;
  if (symbol !== expected) throw new InvalidData(`${place}: expected symbol ${expected}, found ${symbol}`);
  if (markPrice <= 0) throw new InvalidData(`${place}: expected markPrice above 0, found ${markPrice}`);
}

/** Where pauses begin, the edges of the window included. */
function longPauses(timeMs: Float64Array, window: Span): number[] {
  const pauses: number[] = [];
  let beforeMs = window.fromMs;
  for (const nextMs of [...timeMs, window.toMs]) {
    if (nextMs - beforeMs > LONGEST_PAUSE_MS + JITTER_MS) pauses.push(beforeMs);
    beforeMs = nextMs;
  }
  return pauses;
}
