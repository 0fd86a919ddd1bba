/** The run's bars against a second source, through the real step: a good, a scaled, a shifted and a diverging copy (C10). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { QualitySummary } from '../../activities/quality-report.js';
import { makeKrakenRest } from '../../adapters/exchange-rest/index.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import type { SourceDescription } from '../../core/data/source-description.js';
import { textColumn } from '../../core/data/table.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { MarketSources } from '../../pipeline/market-source.js';
import { semanticPlan } from '../../pipeline/plan.js';
import { klineRow, makeMarketFolder, TRADE_HEADER, tradeRow } from '../adapters/market-files/market-folder.js';
import type { MarketFolder } from '../adapters/market-files/market-folder.js';
import { SHORT_WAITS } from '../adapters/exchange-rest/exchange-rows.js';
import type { KrakenRow } from '../adapters/exchange-rest/kraken-rows.js';
import { krakenBodies, krakenRows } from '../adapters/exchange-rest/kraken-rows.js';
import { hostedBy, startRecordedExchange } from '../support/recorded-exchange.js';
import { planOf, runDataSteps } from './data-steps.js';

const MINUTES = 4 * 1440;
const SLOW = 60 * 24;
/** A walk that does not repeat itself within the window. */
const PRICES = walk(MINUTES + SLOW);

function walk(count: number): Float64Array {
  const out = new Float64Array(count);
  let [level, state] = [2000, 12345];
  for (let m = 0; m < count; m++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    level *= 1 + (state / 2 ** 32 - 0.5) / 500;
    out[m] = Number(level.toFixed(2));
  }
  return out;
}

const price = (minute: number): number => PRICES[minute + SLOW / 2]!;
const bars = (of: (minute: number) => number): string => Array.from({ length: MINUTES }, (_, m) => klineRow(m, Number(of(m).toFixed(2)))).join('\n');

async function twoFolders(t: TestContext, second: (minute: number) => number): Promise<{ folder: MarketFolder; spec: RunSpecInput }> {
  const folder = await makeMarketFolder(t);
  await folder.write('own/ETHUSDT-um-1m-2024-03.csv.gz', bars(price));
  await folder.write('other/ETHUSDT-um-1m-2024-03.csv.gz', bars(second));
  return { folder, spec: { source: 'files', path: join(folder.root, 'own'), compareWith: { source: 'files', path: join(folder.root, 'other') } } };
}

interface Agreement {
  readonly action: string;
  readonly detail: string;
  readonly count: number;
  readonly summary: QualitySummary;
}

async function agreementOf(t: TestContext, spec: RunSpecInput, marketSource: MarketSources = () => makeFilesSource()): Promise<Agreement> {
  const inputs = memoryInputs(await runDataSteps(t, await planOf(spec, marketSource), { count: 1, marketSource }));
  const table = await inputs.table('data-collection', 'quality', 'ares.quality');
  const row = textColumn(table, 'check').indexOf('source disagreement');
  assert.ok(row >= 0, 'the comparison stands in the quality table');
  return {
    action: textColumn(table, 'action')[row]!,
    detail: textColumn(table, 'detail')[row]!,
    count: table.columns['count']![row] as number,
    summary: await inputs.json<QualitySummary>('data-collection', 'quality-summary'),
  };
}

test('a second source of the same prices agrees and costs no score', async (t) => {
  const { spec } = await twoFolders(t, (m) => price(m) * (1 + 0.0002 * ((m % 3) - 1)));
  const found = await agreementOf(t, spec);
  assert.equal(found.action, 'passed');
  assert.match(found.detail, /^files BINANCE: agrees; 5760 common bars; shift 0 bars/);
  assert.equal(found.summary.checks.find(({ check }) => check === 'source disagreement')!.lost, 0);
});

for (const [name, second, verdict] of [
  ['scaled by two percent', (m: number) => price(m) * 1.02, 'scaled'],
  ['shifted by two minutes', (m: number) => price(m - 2), 'shifted'],
  ['of another time', (m: number) => price(m < SLOW / 2 ? m : m - 700) * (1 + 0.004 * Math.sin(m * m)), 'unrelated'],
] as const) {
  test(`a second source ${name} is flagged, and takes the whole score`, async (t) => {
    const { spec } = await twoFolders(t, second);
    const found = await agreementOf(t, spec);
    assert.deepEqual([found.action, found.detail.startsWith(`files BINANCE: ${verdict}`)], ['flagged', true], found.detail);
    assert.ok(found.count > 0.9 * MINUTES && found.summary.score === 0, `${found.count} bars, score ${found.summary.score}`);
  });
}

test('where the spec says fail, sources that disagree stop the run with the numbers', async (t) => {
  const { spec } = await twoFolders(t, (m) => price(m) * 1.02);
  const strict = { ...spec, compareWith: { ...spec.compareWith!, onDisagreement: 'fail' as const } };
  await assert.rejects(agreementOf(t, strict), {
    name: 'InvalidData',
    message: /compareWith: expected sources that agree, found files BINANCE: scaled; .*price scale 1\.02/,
  });
});

test('bars made of trades are compared with bars of a quarter of an hour', async (t) => {
  const folder = await makeMarketFolder(t);
  const trades = Array.from({ length: 2 * 1440 * 4 }, (_, i) => tradeRow(i + 1, i * 15_000, price(Math.floor(i / 4)).toFixed(2)));
  await folder.write('own/ETHUSDT-um-trades-2024-03.csv.gz', [TRADE_HEADER, ...trades].join('\n'));
  const quarters = Array.from({ length: 4 * 96 }, (_, q) =>
    klineRow(15 * q, price(15 * q + 14), { high: 4000, low: 1000, closeTime: Date.UTC(2024, 2, 1) + (q + 1) * 900_000 - 1 }),
  );
  await folder.write('other/ETHUSDT-um-15m-2024-03.csv', quarters.join('\n'));
  const spec: RunSpecInput = {
    source: 'files',
    path: join(folder.root, 'own'),
    from: '2024-03-01',
    to: '2024-03-03',
    compareWith: { source: 'files', path: join(folder.root, 'other') },
  };
  const found = await agreementOf(t, spec);
  assert.match(found.detail, /agrees; 192 common bars; shift 0 bars; correlation of returns 1 /);
});

test('files of the second source are pinned in the plan and told in the source; where they lie changes no hash', async (t) => {
  const { folder, spec } = await twoFolders(t, price);
  const plan = await planOf(spec);
  assert.deepEqual([plan.source.second!.periodMs, plan.source.second!.files.length], [60_000, 1]);
  const source = await memoryInputs(await runDataSteps(t, plan, { count: 1 })).json<SourceDescription>('data-collection', 'source');
  assert.deepEqual(source.second, { source: 'files', exchange: 'BINANCE', files: [plan.source.second!.files[0]!.sha256] });
  assert.ok(!JSON.stringify(semanticPlan(plan)).includes(folder.root));
  await folder.write(
    'other/ETHUSDT-um-1m-2024-03.csv.gz',
    bars((m) => price(m) + 1),
  );
  await assert.rejects(runDataSteps(t, plan, { count: 1 }), { name: 'IntegrityError' });
});

test('bars of one venue are compared with the trades of another (C4, C10)', async (t) => {
  const folder = await makeMarketFolder(t);
  await folder.write('ETHUSDT-spot-1m-2024-03.csv.gz', bars(price));
  // The market is older than the window.
  const lead = 10;
  const rows = krakenRows(Array.from({ length: 2 * 1440 + lead }, (_, i) => BigInt((i - lead) * 60_000 + 30_000) * 1_000_000n)).map(
    ({ ns, shown: [, ...further] }, i): KrakenRow => ({ ns, shown: [(price(i - lead) * 1.001).toFixed(5), ...further] }),
  );
  const exchange = await startRecordedExchange({ bodies: krakenBodies(rows, () => 700) });
  t.after(() => exchange.stop());
  const kraken = makeKrakenRest(hostedBy(exchange), { ...SHORT_WAITS, paceMs: 1 });
  const files = makeFilesSource();
  const marketSource: MarketSources = (_, venue) => (venue === 'KRAKEN' ? kraken : files);
  const spec = {
    source: 'files',
    path: folder.root,
    market: 'spot',
    from: '2024-03-01',
    to: '2024-03-03',
    compareWith: { source: 'rest', exchange: 'KRAKEN' },
  } as const;
  const found = await agreementOf(t, spec, marketSource);
  assert.equal(found.action, 'passed');
  assert.match(found.detail, /^rest KRAKEN: agrees; 2880 common bars; shift 0 bars; .*price scale 1\.001;/);
});

test('a second source that does not cover the window is refused in the plan', async (t) => {
  const { folder, spec } = await twoFolders(t, price);
  await folder.write('short/ETHUSDT-um-1m-2024-03.csv', Array.from({ length: 100 }, (_, m) => klineRow(m, price(m))).join('\n'));
  const short = { ...spec, compareWith: { source: 'files' as const, path: join(folder.root, 'short') } };
  await assert.rejects(planOf(short), { name: 'InvalidData', message: /expected bars .* that cover the window/ });
});
