/** Features over further columns beside the values of tests/support/reference-extra-features.py: real prices, simulated order flow. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Bars } from '../../core/data/bars.js';
import { joinAsOf } from '../../core/data/as-of-join.js';
import { BAR_COLUMNS, barCount, barsToTable } from '../../core/data/bars.js';
import { float64Column } from '../../core/data/table.js';
import type { FundingSeries } from '../../core/features/feature.js';
import { pythonPackages } from '../../infra/python-packages.js';
import { runCommand } from '../../infra/run-command.js';
import { featureBars } from './feature-bars.js';
import { realBars } from './real-series.js';
import { cloneRoot } from './repository.js';

const SUPPORT = join(cloneRoot(), 'tests', 'support');
export const PERIOD_MS = 300_000;
const DAY_MS = 86_400_000;

export interface ExtraReferences {
  readonly bars: Bars;
  readonly funding: FundingSeries;
  readonly features: readonly { readonly name: string; readonly reference: string; readonly values: Float64Array }[];
}

/**
 * Real five-minute bars of ETHUSDT with the closes of SOLUSDT, the fear and greed index, the hash rate and the funding of those
 * weeks; what no recording has (order flow, order book, open interest) is drawn at random beside them. And the script's columns.
 */
export async function extraReferences(data: string): Promise<ExtraReferences> {
  const bars = mixedBars(data);
  const funding = realFunding(data);
  const table = barsToTable(bars);
  const names = Object.keys(table.columns);
  const folder = await mkdtemp(join(tmpdir(), 'ares-references-'));
  try {
    const [source, target] = [join(folder, 'bars.bin'), join(folder, 'features.bin')];
    const columns = [...names.map((name) => float64Column(table, name)), funding.timeMs, funding.rate];
    await writeFile(source, Buffer.concat(columns.map((column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength))));
    const manifest = JSON.stringify({ rows: barCount(bars), columns: names, funding: funding.rate.length });
    const packages = await pythonPackages(join(SUPPORT, 'reference-requirements.txt'));
    const { stdout } = await runCommand('python3', [join(SUPPORT, 'reference-extra-features.py'), source, target, manifest], { env: { PYTHONPATH: packages } });
    const { features } = JSON.parse(stdout) as { readonly features: readonly (readonly [string, string])[] };
    const bytes = await readFile(target);
    const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const rows = barCount(bars);
    return { bars, funding, features: features.map(([name, reference], i) => ({ name, reference, values: values.slice(i * rows, (i + 1) * rows) })) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function mixedBars(data: string): Bars {
  const real = realBars(data, 'ETHUSDT-perp-5m-2025-03-06_2025-04-13.csv.gz', PERIOD_MS);
  const sol = realBars(data, 'SOLUSDT-perp-5m-2025-03-06_2025-04-05.csv.gz', PERIOD_MS);
  const drawn = featureBars(barCount(real), 21, PERIOD_MS);
  // Amounts and quotes are drawn for the drawn volume and price: told for the real ones by their ratio.
  const price = real.close.map((close, t) => close / drawn.close[t]!);
  const amount = real.volume.map((volume, t) => volume / drawn.volume[t]!);
  const extras = Object.fromEntries(
    Object.entries(drawn.extras).map(([name, column]) => {
      // Quotes around a middle that is not the last trade.
      if (name === 'bid' || name === 'ask') return [name, column.map((value, t) => (value * price[t]! * drawn.extras['markPrice']![t]!) / drawn.close[t]!)];
      if (name === 'markPrice') return [name, column.map((value, t) => value * price[t]!)];
      if (name === 'flowSquare') return [name, column.map((value, t) => value * amount[t]! ** 2)];
      return [name, AMOUNTS.has(name) ? column.map((value, t) => value * amount[t]!) : column];
    }),
  );
  const daily = (file: string): Float64Array => joinAsOf(real.closeTimeMs, dailySeries(data, file), 10 * DAY_MS);
  const solClose = joinAsOf(real.closeTimeMs, { timeMs: sol.closeTimeMs, knownAtMs: sol.closeTimeMs, value: sol.close }, 0);
  return {
    ...real,
    quoteVolume: real.volume.map((volume, t) => volume * real.close[t]!),
    tradeCount: drawn.tradeCount,
    takerBuyVolume: drawn.takerBuyVolume.map((value, t) => value * amount[t]!),
    extras: {
      'close:SOLUSDT': solClose,
      ...extrasWithoutPairs(extras),
      'close:BTCUSDT': drawn.extras['close:BTCUSDT']!,
      fearGreed: daily('fear-greed-2024-10-07_2025-07-31.csv'),
      hashRate: daily('btc-hash-rate-4d-2024-12-30_2025-07-30.csv'),
    },
  };
}

const AMOUNTS = new Set(['flowReturn', 'bucketImbalance', 'medianSize', 'upperSize', 'largestSize']);

function extrasWithoutPairs(extras: Readonly<Record<string, Float64Array>>): Readonly<Record<string, Float64Array>> {
  return Object.fromEntries(Object.entries(extras).filter(([name]) => !name.includes(':') && !(BAR_COLUMNS as readonly string[]).includes(name)));
}

/** A day's value, known a day later. */
function dailySeries(data: string, file: string): Parameters<typeof joinAsOf>[1] {
  const rows = lines(readFileSync(join(data, 'sentiment', file)).toString());
  const timeMs = Float64Array.from(rows, ([date]) => Date.parse(`${date}T00:00:00Z`));
  return { timeMs, knownAtMs: timeMs.map((time) => time + DAY_MS), value: Float64Array.from(rows, ([, value]) => Number(value)) };
}

function realFunding(data: string): FundingSeries {
  const rows = lines(gunzipSync(readFileSync(join(data, 'futures', 'ETHUSDT-fundingRate-2025-03-06_2025-06-15.csv.gz'))).toString());
  return { timeMs: Float64Array.from(rows, ([time]) => Number(time)), rate: Float64Array.from(rows, ([, rate]) => Number(rate)) };
}

function lines(text: string): readonly (readonly string[])[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}
