/** Steps 1 and 2 over files and exchanges, cut off again and again: what is finished is neither read nor made twice, and the bytes are the same. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { collectMarketData } from '../../activities/data-collection.js';
import { classifyMarketRegimes } from '../../activities/market-regime-classification.js';
import { makeKrakenRest } from '../../adapters/exchange-rest/index.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import { makeStepOutputs } from '../../adapters/step-files/index.js';
import type { StagingOutputs } from '../../adapters/step-files/index.js';
import { makeBarEngine } from '../../adapters/tables/index.js';
import type { Checkpoint } from '../../pipeline/checkpoint.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import type { MarketSource, MarketSources } from '../../pipeline/market-source.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { plannedFiles } from '../../pipeline/plan.js';
import type { BarEngine } from '../../pipeline/ports.js';
import type { StepContext } from '../../pipeline/step-context.js';
import { parametersOf } from '../../pipeline/step-definition.js';
import { dataCollection } from '../../pipeline/steps/data-collection.js';
import { marketRegimeClassification } from '../../pipeline/steps/market-regime-classification.js';
import { klineRow, makeMarketFolder, START_MS, TRADE_HEADER, tradeRow } from '../adapters/market-files/market-folder.js';
import type { CandleRow } from '../adapters/exchange-rest/exchange-rows.js';
import { candleRow, candleSeries, makeRig, SHORT_WAITS } from '../adapters/exchange-rest/exchange-rows.js';
import type { KrakenRow } from '../adapters/exchange-rest/kraken-rows.js';
import { krakenBodies, krakenRows } from '../adapters/exchange-rest/kraken-rows.js';
import { hostedBy, startRecordedExchange } from '../support/recorded-exchange.js';
import { runInterrupted } from '../support/interrupted-work.js';
import { startS3Server } from '../support/s3-server.js';
import { planOf } from './data-steps.js';

const server = await startS3Server();
const store = openObjectStore({ url: 's3://collection/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
await store.ensureBucket();
after(async () => {
  store.close();
  await server.stop();
});

interface Collected {
  readonly hashes: Readonly<Record<string, string>>;
  readonly parts: readonly string[];
}

/** Step 1 of a plan, whole and cut off, as a compute child runs it. */
async function collectTwice(key: string, plan: RunPlan, of: { unit: string | null; source?: MarketSource }): Promise<{ whole: Collected; resumed: Collected }> {
  let outputs: StagingOutputs = makeStepOutputs(join(server.scratch, `${key}-whole`));
  const attempt = async (checkpoint: Checkpoint): Promise<void> => collectMarketData(contextOf(plan, { ...of, outputs, checkpoint }) as StepContext<never>);
  await attempt(NO_CHECKPOINT);
  const whole = { hashes: await hashesOf(outputs), parts: [] };
  let attempts = 0;
  const { parts } = await runInterrupted({ store, key, attempt, outputs: () => (outputs = makeStepOutputs(join(server.scratch, `${key}-${attempts++}`))) });
  return { whole, resumed: { hashes: await hashesOf(outputs), parts } };
}

interface Attempt {
  readonly unit: string | null;
  readonly outputs: StagingOutputs;
  readonly checkpoint: Checkpoint;
  /** Of the bars to compare with. */
  readonly source?: MarketSource;
}

function contextOf(plan: RunPlan, { unit, outputs, checkpoint, source }: Attempt): StepContext {
  const sourceFiles = Object.fromEntries(plannedFiles(plan).map(({ sha256, path, bytes }) => [sha256, { path, bytes }]));
  const marketSource: MarketSources = (kind) => (kind === 'rest' && source !== undefined ? source : makeFilesSource());
  return {
    parameters: parametersOf(dataCollection, plan, unit),
    unit,
    units: unit === null ? [] : [unit],
    inputs: { names: () => [] } as never,
    outputs,
    ports: { marketSource } as never,
    execution: { threads: 1, chunkRows: 1000, segmentDays: 5, memoryLimitMiB: 512, featureCache: false, sourceFiles },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint,
    seed: () => 1,
    progress: () => undefined,
    count: () => undefined,
  };
}

async function hashesOf(outputs: StagingOutputs): Promise<Record<string, string>> {
  const entries = outputs.staged().map(
    async ({ name, path }) =>
      [
        name,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

test('data-collection, simulated: days that were finished come back as the same files', async () => {
  const plan = await planOf({ retentionDays: 6, segmentDays: 6, simulation: { tradesPerMinute: 2 } });
  const { whole, resumed } = await collectTwice('simulated-days', plan, { unit: '2024-01-01..2024-01-06' });
  assert.equal(Object.keys(whole.hashes).length, 18);
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.deepEqual(resumed.parts, [...new Set(resumed.parts)]);
  assert.equal(resumed.parts.length, 6);
});

test('data-collection of daily files: days without trades, and ids that are missing, are told as in one pass', async (t) => {
  const folder = await makeMarketFolder(t);
  const DAY_MS = 86_400_000;
  // Ten trades a day; day 3 has none; the first id of days 2, 4 and 5 leaves a gap to the last one before.
  for (const [day, firstId, trades] of [
    [0, 1, 10],
    [1, 20, 10],
    [2, 0, 0],
    [3, 50, 10],
    [4, 90, 10],
  ] as const) {
    const rows = Array.from({ length: trades }, (_, i) => tradeRow(firstId + i, day * DAY_MS + (i + 1) * 1000));
    await folder.write(`ETHUSDT-um-trades-2024-03-0${day + 1}.csv`, [TRADE_HEADER, ...rows].join('\n'));
  }
  const plan = await planOf({ source: 'files', path: folder.root, from: '2024-03-01', to: '2024-03-06', segmentDays: 5 });
  const { whole, resumed } = await collectTwice('daily-files', plan, { unit: '2024-03-01..2024-03-05' });
  assert.equal(Object.keys(whole.hashes).length, 15);
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.equal(resumed.parts.length, 5);
  assert.deepEqual(resumed.parts, [...new Set(resumed.parts)]);
});

test('data-collection of a recording: finished days come back as the same files, and the book is that of one pass', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-um-1m-2024-03.csv', Array.from({ length: 4 * 1440 }, (_, m) => klineRow(m, 2000)).join('\n'));
  // One snapshot at the very beginning, a change of the book every half minute for four days.
  for (let day = 0; day < 4; day++) {
    const lines = Array.from({ length: 2880 }, (_, i) => {
      const [id, timeMs] = [day * 2880 + i + 2, START_MS + day * 86_400_000 + i * 30_000];
      const data = { E: timeMs, U: id, u: id, b: [['1999', String(1 + (id % 13))]], a: [[String(2001 + (id % 3)), String(1 + (id % 7))]] };
      return `${timeMs} ${JSON.stringify({ stream: 'x@depth', data })}`;
    });
    const snapshot = `${START_MS} ${JSON.stringify({ E: START_MS, lastUpdateId: 1, bids: [['1999', '5']], asks: [['2001', '5']] })}`;
    await folder.write(`ETHUSDT-um-2024030${day + 1}.txt`, (day === 0 ? [snapshot, ...lines] : lines).join('\n'));
  }
  const plan = await planOf({ source: 'files', path: folder.root, quotes: true, segmentDays: 1 });
  assert.deepEqual(dataCollection.units(plan), ['recording']);
  const { whole, resumed } = await collectTwice('recording', plan, { unit: 'recording' });
  assert.equal(Object.keys(whole.hashes).length, 8);
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.deepEqual(
    resumed.parts,
    [1, 2, 3, 4].map((day) => `quotes of 2024-03-0${day}`),
  );
});

/** A price of each minute, walking. */
const priceAt = (minute: number): number => Number((2000 + 40 * Math.sin(minute / 57) + ((Math.abs(minute) * 7919) % 101) / 50).toFixed(2));

test('data-collection beside the trades of a second venue: days that were finished are not asked for again', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-spot-1m-2024-03.csv', Array.from({ length: 4 * 1440 }, (_, m) => klineRow(m, priceAt(m))).join('\n'));
  // A trade a minute; the market is older than the window.
  const rows = krakenRows(Array.from({ length: 4 * 1440 + 20 }, (_, i) => BigInt((i - 10) * 60_000 + 30_000) * 1_000_000n)).map(
    ({ ns, shown: [, ...further] }, i): KrakenRow => ({ ns, shown: [priceAt(i - 10).toFixed(5), ...further] }),
  );
  const time = { error: [], result: { unixtime: (START_MS + 5 * 86_400_000) / 1000, rfc1123: '' } };
  const exchange = await startRecordedExchange({ bodies: { ...krakenBodies(rows, () => 500), '/0/public/Time': time } });
  t.after(() => exchange.stop());
  const kraken = makeKrakenRest(hostedBy(exchange), { ...SHORT_WAITS, paceMs: 1 });
  const asked: string[] = [];
  const source: MarketSource = {
    ...kraken,
    readTradeDays: (request) => {
      asked.push(request.days.map(({ day }) => day.slice(-2)).join(' '));
      return kraken.readTradeDays(request);
    },
  };
  const spec = { source: 'files', path: folder.root, market: 'spot', from: '2024-03-01', to: '2024-03-05' } as const;
  const plan = await planOf({ ...spec, compareWith: { source: 'rest', exchange: 'KRAKEN' } }, (kind) => (kind === 'rest' ? source : makeFilesSource()));
  const { whole, resumed } = await collectTwice('second-trades', plan, { unit: null, source });
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.deepEqual(
    resumed.parts,
    [1, 2, 3, 4].map((day) => `second source: 2024-03-0${day}`),
  );
  assert.deepEqual(asked, ['01 02 03 04', '01 02 03 04', '02 03 04', '04']);
});

test('data-collection beside the candles of a second source over REST: months that were finished are not asked for again', async (t) => {
  const folder = await makeMarketFolder(t);
  const minutes = Array.from({ length: 3 * 1440 }, (_, i) => i - 2 * 1440);
  const text = (of: (minute: number) => boolean): string =>
    minutes
      .filter(of)
      .map((m) => klineRow(m, priceAt(m)))
      .join('\n');
  await folder.write(
    'ETHUSDT-spot-1m-2024-02.csv',
    text((m) => m < 0),
  );
  await folder.write(
    'ETHUSDT-spot-1m-2024-03.csv',
    text((m) => m >= 0),
  );
  const candles = minutes.map((m): CandleRow => {
    const [openMs, , , , , ...further] = candleRow(START_MS + m * 60_000);
    return [openMs, `${priceAt(m)}`, `${priceAt(m) + 1}`, `${priceAt(m) - 1}`, `${priceAt(m)}`, ...further];
  });
  const { exchange, source } = await makeRig(t, { series: [candleSeries(candles)] });
  const spec = { source: 'files', path: folder.root, market: 'spot', from: '2024-02-28', to: '2024-03-02' } as const;
  const plan = await planOf({ ...spec, compareWith: { source: 'rest' } }, (kind) => (kind === 'rest' ? source : makeFilesSource()));
  const before = exchange.requests.length;
  const { whole, resumed } = await collectTwice('second-candles', plan, { unit: null, source });
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.deepEqual(resumed.parts, ['second source: 2024-02', 'second source: 2024-03']);
  const pages = exchange.requests.slice(before).filter((request) => request.startsWith('/api/v3/klines') && !request.includes('startTime=0&'));
  assert.ok(pages.length >= 10, `${pages.length} pages`);
  assert.equal(pages.length, 2 * new Set(pages).size, 'each page once in the whole run and once in all attempts together');
});

test('market-regime-classification of trades: the bars of a finished day or month are not made again', async () => {
  const plan = await planOf({ from: '2024-01-29', to: '2024-02-04', segmentDays: 6, simulation: { tradesPerMinute: 4 } });
  const unit = '2024-01-29..2024-02-03';
  const outputs = makeStepOutputs(join(server.scratch, 'bars-source'));
  await collectMarketData(contextOf(plan, { unit, outputs, checkpoint: NO_CHECKPOINT }) as StepContext<never>);
  const days = new Map(outputs.staged().map(({ name, path }) => [name, path]));
  let staged: StagingOutputs = outputs;
  let made = 0;
  const engine = makeBarEngine();
  let attempts = 0;
  const fresh = (): StagingOutputs => (staged = makeStepOutputs(join(server.scratch, `bars-${++attempts}`)));
  const attempt = async (checkpoint: Checkpoint): Promise<void> => {
    const context = {
      ...contextOf(plan, { unit, outputs: staged, checkpoint }),
      unit: null,
      parameters: marketRegimeClassification.parameters(plan),
      inputs: {
        names: (_step: string, prefix: string) => [...days.keys()].filter((name) => name.startsWith(prefix)).sort(),
        path: async (_step: string, name: string) => days.get(name),
      } as never,
      ports: {
        bars: {
          barsFromTrades: async (...call: Parameters<BarEngine['barsFromTrades']>) => {
            made += 1;
            return engine.barsFromTrades(...call);
          },
        },
      } as never,
    };
    await classifyMarketRegimes(context as never);
  };
  fresh();
  await attempt(NO_CHECKPOINT);
  const whole = await hashesOf(staged);
  assert.deepEqual(
    Object.keys(whole).filter((name) => name.startsWith('bars-fine/')),
    ['bars-fine/2024-01', 'bars-fine/2024-02'],
  );
  made = 0;
  const { parts } = await runInterrupted({ store, key: 'bars', attempt, outputs: fresh });
  assert.deepEqual(await hashesOf(staged), whole);
  assert.equal(made, 6);
  assert.equal(parts.filter((part) => /^bars of 2024-0[12]\/trades\//.test(part)).length, 6);
  assert.deepEqual(
    parts.filter((part) => /^bars of 2024-0[12]$/.test(part)),
    ['bars of 2024-01', 'bars of 2024-02'],
    'a finished month is a part, with its table',
  );
});
