/** `ares predict` in a fresh process: nothing but a bundle and raw bars gives the run's decisions to the bit. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { bundleFiles, loadChain } from '../../activities/load-chain.js';
import { makeBundleArchive } from '../../adapters/bundle-archive/index.js';
import { readParquet, writeParquet } from '../../adapters/tables/index.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { decisionTable } from '../../core/chain/decision-table.js';
import type { SourceDescription } from '../../core/data/source-description.js';
import { barsToTable } from '../../core/data/bars.js';
import type { Bars } from '../../core/data/bars.js';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { parsePredictOptions } from '../../worker/predict-options.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const PREDICT = fileURLToPath(new URL('../../worker/predict.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ares-predict-test-'));
after(() => rmSync(folder, { recursive: true }));

const trained = await trainSimulatedChain({ preset: 'quick-test', simulation: { tradesPerMinute: 8 } });
const { window, segments, spec } = trained.plan;
const description: SourceDescription = {
  kind: 'simulator',
  synthetic: true,
  dataKind: 'SIMULATED',
  symbol: spec.symbol,
  market: 'perp',
  series: 'bars',
  periodMs: 60_000,
  ...window,
  rows: trained.fineBars.open.length,
  fundingPayments: trained.funding.rowCount,
  files: [],
  fundingFiles: [],
  external: [],
  pairs: [],
  quotes: null,
  second: null,
  simulation: null,
};
trained.memory.artifacts.get('data-collection')!.set('source', { json: canonicalJson(description) });
const inputs = memoryInputs(trained.memory);
const bundle = join(folder, 'bundle.zip');
writeFileSync(bundle, await makeBundleArchive().pack(await bundleFiles(inputs)));
const bars = join(folder, 'bars.parquet');
const funding = join(folder, 'funding.parquet');
await writeParquet(barsToTable(trained.fineBars), bars);
await writeParquet(trained.funding, funding);

const chain = await loadChain(inputs, chainPorts());
const expected = decisionTable(
  applyChain(
    chain,
    {
      fineBars: trained.fineBars,
      funding: { timeMs: trained.funding.columns['timeMs'] as Float64Array, rate: trained.funding.columns['rate'] as Float64Array },
    },
    segments.test,
  ),
);
chain.dispose();
const SPAN = ['--from', new Date(segments.test.fromMs).toISOString(), '--to', new Date(segments.test.toMs).toISOString()];

function predict(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  // An empty working folder: whatever is not an argument cannot be found.
  return spawnSync(process.execPath, [PREDICT, ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

function assertExpected(lines: string): void {
  const rows = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>);
  assert.equal(rows.length, expected.rowCount);
  assert.ok(rows.length > 50, `${rows.length} decisions`);
  for (const [name, column] of Object.entries(expected.columns))
    assert.deepEqual(
      rows.map((row) => row[name]),
      [...(column as Float64Array)],
      name,
    );
}

/** Binance's archive layout of USD-M klines, as a CSV with a header. */
function writeKlines(path: string, from: Bars): void {
  const rows = Array.from(from.openTimeMs, (open, i) =>
    [
      open,
      from.open[i],
      from.high[i],
      from.low[i],
      from.close[i],
      from.volume[i],
      from.closeTimeMs[i]! - 1,
      from.quoteVolume[i],
      from.tradeCount[i],
      from.takerBuyVolume[i],
      0,
      0,
    ].join(','),
  );
  writeFileSync(
    path,
    ['open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore', ...rows, ''].join('\n'),
  );
}

test('a fresh process with the bundle and a Parquet file of bars gives the test decisions to the bit', () => {
  const { status, stdout, stderr } = predict('--bundle', bundle, '--bars', bars, '--funding', funding, ...SPAN, '--json');
  assert.equal(status, 0, stderr);
  assertExpected(stdout);
});

test('a folder of Binance files gives the same decisions, and --out writes them as Parquet', async () => {
  const data = join(folder, 'files');
  mkdirSync(data);
  const iso = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replace(':', '');
  writeKlines(join(data, `ETHUSDT-perp-1m-${iso(window.fromMs)}_${iso(window.toMs)}.csv`), trained.fineBars);
  const payments = Array.from(
    trained.funding.columns['timeMs'] as Float64Array,
    (time, i) => `${time},${(trained.funding.columns['rate'] as Float64Array)[i]}`,
  );
  writeFileSync(
    join(data, `ETHUSDT-perp-fundingRate-${iso(window.fromMs)}_${iso(window.toMs)}.csv`),
    ['calc_time,last_funding_rate', ...payments, ''].join('\n'),
  );
  const out = join(folder, 'decisions.parquet');
  const { status, stdout, stderr } = predict('--bundle', bundle, '--bars', data, ...SPAN, '--out', out, '--json');
  assert.equal(status, 0, stderr);
  assert.equal((JSON.parse(stdout) as { rows: number; synthetic: boolean }).rows, expected.rowCount);
  const written = await readParquet(out);
  assert.deepEqual(written.columns, expected.columns);
});

test('a perpetual without funding is refused until the caller says so', () => {
  const refused = predict('--bundle', bundle, '--bars', bars, ...SPAN);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--funding: a perpetual needs funding payments, found none/);
  const without = predict('--bundle', bundle, '--bars', bars, ...SPAN, '--no-funding', '--json');
  assert.equal(without.status, 0, without.stderr);
});

test('a damaged bundle, a missing file and a wrong command line end with their own codes and say what was found', () => {
  const damaged = join(folder, 'damaged.zip');
  writeFileSync(damaged, 'not an archive');
  const broken = predict('--bundle', damaged, '--bars', bars, '--no-funding');
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /IntegrityError/);
  assert.match(predict('--bundle', bundle, '--bars', join(folder, 'absent.parquet'), '--no-funding').stderr, /absent\.parquet/);
  assert.ok(!existsSync(join(folder, 'absent.parquet')));
  const wrong = predict('--bundle', bundle, '--bars', bars, '--frm', '2024-01-01');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /--frm/);
  assert.equal(predict('--help').status, 0);
});

test('times without an offset, spans that end before they begin and unknown markets are refused by name', () => {
  const base = ['--bundle', 'b', '--bars', 'c'];
  assert.throws(() => parsePredictOptions([...base, '--from', '2024-01-01T10:00']), /--from: expected an ISO 8601 time .*, found 2024-01-01T10:00/);
  assert.throws(() => parsePredictOptions([...base, '--from', '2024-02-01', '--to', '2024-01-01']), /--from: expected a time before --to 2024-01-01/);
  assert.throws(() => parsePredictOptions([...base, '--market', 'swap']), /--market: expected spot, perp, coin, found swap/);
  assert.throws(() => parsePredictOptions(['--bars', 'c']), /expected --bundle FILE/);
  assert.equal(parsePredictOptions([...base, '--to', '2024-01-01'])?.toMs, Date.UTC(2024, 0, 1));
  assert.equal(parsePredictOptions(['--help']), null);
});
