import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { barsFromTable } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { concatTables, float64Column, makeTable } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import { barsToTable } from '../../core/data/bars.js';
import { simulateFunding } from '../../core/simulation/market-funding.js';
import { simulateDayTrades } from '../../core/simulation/market-trades.js';
import { makeMarketSkeleton } from '../../core/simulation/market.js';
import type { RunResult } from '../../pipeline/run-status.js';
import { candleRow, candleSeries, marketBodies } from '../adapters/exchange-rest/exchange-rows.js';
import { futuresSeries } from '../adapters/exchange-rest/simulated-exchange.js';
import { until } from '../faults/until.js';
import type { SuiteMarket } from '../support/market-source-suite.js';
import type { RecordedExchange } from '../support/recorded-exchange.js';
import { hostedBy, startRecordedExchange } from '../support/recorded-exchange.js';
import type { TestStack } from '../support/stack.js';
import { startStack } from '../support/stack.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 2, 2);
const DAYS = 6;

/** Six simulated days in the exchange's own terms. */
function market(): SuiteMarket {
  const toMs = FROM_MS + DAYS * DAY_MS;
  const shape = { seed: 3, symbol: 'ETHUSDT', blockMs: 900_000, tradesPerMinute: 4, startPrice: 2000, signalStrength: 0.35, annualVolatility: 0.6 };
  const skeleton = makeMarketSkeleton({ fromMs: FROM_MS, toMs, ...shape });
  const days: Table[] = Array.from({ length: DAYS }, (_, day) => {
    const { columns } = simulateDayTrades(skeleton, FROM_MS + day * DAY_MS);
    return makeTable({ ...columns, buyerIsMaker: Float64Array.from(columns['buyerIsMaker'] as Uint8Array) });
  });
  const joined = concatTables(days);
  const trades = makeTable({ ...joined.columns, buyerIsMaker: Uint8Array.from(float64Column(joined, 'buyerIsMaker')) });
  const paid = simulateFunding(skeleton);
  const funding = Array.from(float64Column(paid, 'timeMs'), (timeMs, i) => ({
    timeMs,
    rate: float64Column(paid, 'rate')[i]!,
    markPrice: float64Column(paid, 'markPrice')[i]!,
  }));
  return { fromMs: FROM_MS, toMs, trades, bars: barsFromTable(barsToTable(tradesToBars(trades, 60_000))), funding };
}

/** Runs on an exchange's REST interface: here a local server that pages, limits and counts as it does. */
describe('a run on the REST interface of the exchange', () => {
  let exchange: RecordedExchange;
  let stack: TestStack;
  const isPageOfTrades = (path: string): boolean => path.startsWith('/fapi/v1/aggTrades');
  const pages = (): number => exchange.requests.filter(isPageOfTrades).length;

  before(async () => {
    const served = market();
    const first = candleSeries([candleRow(FROM_MS - 3 * DAY_MS)], '1m', '/api/v3/klines');
    exchange = await startRecordedExchange({
      series: [...futuresSeries(served), first],
      bodies: marketBodies(served.toMs + DAY_MS),
      // One request in thirteen is refused for a while, one in seventeen breaks off in the middle.
      fault: (count) => (count % 13 === 0 ? { kind: 'status', status: 429, retryAfter: 0 } : count % 17 === 0 ? { kind: 'drop' } : null),
    });
    stack = await startStack({ env: hostedBy(exchange) });
  });
  after(async () => {
    await stack?.stop();
    await exchange?.stop();
  });

  const spec = (from: string, to: string): object => ({ source: 'rest', from, to });
  const run = async (on: TestStack, workflowId: string, window: readonly [string, string]): Promise<RunResult> =>
    (await on.client.workflow.execute('trainPipeline', { workflowId, taskQueue: 'ares-workflow', args: [spec(...window)] })) as RunResult;
  const tradesOf = (result: RunResult): Readonly<Record<string, string>> =>
    Object.fromEntries((result.steps[0]?.artifacts ?? []).flatMap(({ name, sha256 }) => (name.startsWith('trades/') ? [[name, sha256]] : [])));

  test('pages through refusals and broken answers, and a window that has moved on by a day asks for that day alone', async () => {
    const first = await run(stack, 'first', ['2024-03-02', '2024-03-07']);
    assert.equal(first.steps.length, 16);
    const asked = pages();
    const again = await run(stack, 'again', ['2024-03-02', '2024-03-07']);
    assert.equal(pages(), asked, 'a run from the cache asks for no trade');
    const moved = await run(stack, 'moved', ['2024-03-03', '2024-03-08']);
    const fresh = exchange.requests.filter(isPageOfTrades).slice(asked);
    assert.ok(fresh.length > 0 && fresh.length < asked / 3, `${fresh.length} requests for one day, ${asked} for five`);
    assert.deepEqual(tradesOf(again), tradesOf(first));
    for (const day of ['2024-03-03', '2024-03-06']) assert.equal(tradesOf(moved)[`trades/${day}`], tradesOf(first)[`trades/${day}`]);
  });

  test('whose worker is killed in the middle of a day ends with the same trades, none lost and none doubled', async () => {
    const expected = tradesOf(await run(stack, 'whole', ['2024-03-02', '2024-03-07']));
    const killed = await startStack({ env: hostedBy(exchange) });
    try {
      const seen = pages();
      const handle = await killed.client.workflow.start('trainPipeline', {
        workflowId: 'killed',
        taskQueue: 'ares-workflow',
        args: [spec('2024-03-02', '2024-03-07')],
      });
      await until('a second day is being asked for', () => pages() > seen + 12);
      process.kill(killed.workerPid, 'SIGKILL');
      await killed.startWorker();
      assert.deepEqual(tradesOf((await handle.result()) as RunResult), expected);
    } finally {
      await killed.stop();
    }
  });
});
