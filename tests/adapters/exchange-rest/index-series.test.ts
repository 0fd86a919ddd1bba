import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { RestSource } from '../../../adapters/exchange-rest/index.js';
import { makeBinanceRest, makeKrakenRest } from '../../../adapters/exchange-rest/index.js';
import type { SeriesRead } from '../../../pipeline/market-source.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import { testData } from '../../support/test-data.js';
import { DAY_MS, SHORT_WAITS, spotRequest } from './exchange-rows.js';

const NO_DATA = testData === null ? 'no market data' : false;
const column = ({ table }: SeriesRead, name: string): number[] => [...(table.columns[name] as Float64Array)];

async function sourcesOver(t: TestContext, bodies: Record<string, unknown>): Promise<{ binance: RestSource; kraken: RestSource; requests: readonly string[] }> {
  const exchange = await startRecordedExchange({ bodies });
  t.after(() => exchange.stop());
  const env = hostedBy(exchange);
  return { binance: makeBinanceRest(env, SHORT_WAITS), kraken: makeKrakenRest(env, SHORT_WAITS), requests: exchange.requests };
}

async function datedValues(name: string): Promise<{ timeMs: number; value: number }[]> {
  const lines = (await readFile(join(testData!, 'sentiment', name), 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => ({ timeMs: Date.parse(line.split(',')[0]!), value: Number(line.split(',')[1]) }));
}

const fearGreedBody = (values: readonly { timeMs: number; value: number }[]): unknown => ({
  name: 'Fear and Greed Index',
  data: values.map(({ timeMs, value }) => ({ value: String(value), value_classification: 'Fear', timestamp: String(timeMs / 1000) })).toReversed(),
  metadata: { error: null },
});

test('the real fear and greed series comes out oldest first, each value known a day after the day it is named for', { skip: NO_DATA }, async (t) => {
  const values = await datedValues('fear-greed-2024-10-07_2025-07-31.csv');
  const { binance, kraken } = await sourcesOver(t, { '/fng/': fearGreedBody(values) });
  const window = { fromMs: Date.UTC(2025, 0, 10), toMs: Date.UTC(2025, 0, 20) };
  const inside = values.filter(({ timeMs }) => timeMs >= window.fromMs - 3 * DAY_MS && timeMs + DAY_MS < window.toMs);
  assert.equal(inside.length, 12);
  for (const source of [binance, kraken]) {
    const read = await source.readExternal({ ...spotRequest, window, external: 'fear-greed' });
    assert.deepEqual(
      column(read, 'timeMs'),
      inside.map(({ timeMs }) => timeMs),
    );
    assert.deepEqual(
      column(read, 'knownAtMs'),
      inside.map(({ timeMs }) => timeMs + DAY_MS),
    );
    assert.deepEqual(
      column(read, 'value'),
      inside.map(({ value }) => value),
    );
  }
});

test('the real hash rate comes out in hashes a second', { skip: NO_DATA }, async (t) => {
  const values = await datedValues('btc-hash-rate-4d-2024-12-30_2025-07-30.csv');
  const body = {
    status: 'ok',
    name: 'Hash Rate',
    unit: 'Hash Rate TH/s',
    period: 'day',
    description: '',
    values: values.map(({ timeMs, value }) => ({ x: timeMs / 1000, y: value })),
  };
  const { binance, requests } = await sourcesOver(t, { '/charts/hash-rate': body });
  const window = { fromMs: Date.UTC(2025, 2, 1), toMs: Date.UTC(2025, 3, 1) };
  const read = await binance.readExternal({ ...spotRequest, window, external: 'hash-rate' });
  const inside = values.filter(({ timeMs }) => timeMs >= window.fromMs - 10 * DAY_MS && timeMs + DAY_MS < window.toMs);
  assert.deepEqual(
    column(read, 'value'),
    inside.map(({ value }) => value * 1e12),
  );
  assert.deepEqual(requests, ['/charts/hash-rate?start=2025-02-19&timespan=42days&sampled=false&format=json']);
});

test('days without a value that is still good are flagged', async (t) => {
  const dayMs = (day: number): number => Date.UTC(2025, 0, day);
  const { binance } = await sourcesOver(t, { '/fng/': fearGreedBody([1, 2, 9, 10].map((day) => ({ timeMs: dayMs(day), value: day }))) });
  const read = await binance.readExternal({ ...spotRequest, window: { fromMs: dayMs(3), toMs: dayMs(12) }, external: 'fear-greed' });
  assert.deepEqual(read.findings.map(({ check, action, count, timeMs }) => [check, action, count, timeMs])[1], ['external gap', 'flagged', 1, dayMs(2)]);
});

const refused: readonly [what: string, external: 'fear-greed' | 'hash-rate', body: unknown, message: RegExp][] = [
  ['an index above 100', 'fear-greed', fearGreedBody([{ timeMs: DAY_MS, value: 101 }]), /expected a value from 0 to 100, found 101/],
  ['an error of the publisher', 'fear-greed', { data: [], metadata: { error: 'down' } }, /metadata\.error: .*found "down"/],
  [
    'a day twice',
    'fear-greed',
    fearGreedBody([
      { timeMs: DAY_MS, value: 1 },
      { timeMs: DAY_MS, value: 2 },
    ]),
    /expected times to rise, found 86400000 after 86400000/,
  ],
  ['a hash rate in another unit', 'hash-rate', { status: 'ok', unit: 'GH/s', values: [] }, /unit: .*found "GH\/s"/],
  ['a negative hash rate', 'hash-rate', { status: 'ok', unit: 'TH/s', values: [{ x: 86_400, y: -1 }] }, /expected a value of at least 0, found -1/],
];
for (const [what, external, body, message] of refused) {
  test(`${what} is refused`, async (t) => {
    const { binance } = await sourcesOver(t, { '/fng/': body, '/charts/hash-rate': body });
    await assert.rejects(binance.readExternal({ ...spotRequest, window: { fromMs: 0, toMs: 5 * DAY_MS }, external }), { name: 'InvalidData', message });
  });
}
