/** Bars with every column that a feature may read, and the regimes and funding beside them. */
import type { Bars } from '../../core/data/bars.js';
import { BAR_COLUMNS, barCount } from '../../core/data/bars.js';
import type { BarExtraName } from '../../core/data/bar-extras.js';
import type { FeatureContext } from '../../core/features/feature.js';
import { makeRandom } from '../../core/stats/random.js';
import { walkBars } from './synthetic-bars.js';

const FUNDING_MS = 8 * 3_600_000;

/** A walk as walkBars, with all of BAR_EXTRAS and two other assets. Values are drawn bar by bar: a longer series begins with the shorter one. */
export function featureBars(count: number, seed: number, periodMs: number): Bars {
  const bars = walkBars(count, seed, periodMs);
  const random = makeRandom(seed + 1);
  const column = (): Float64Array => new Float64Array(count);
  const extras = Object.fromEntries(EXTRA_NAMES.map((name) => [name, column()])) as Record<BarExtraName, Float64Array>;
  const [btc, sol] = [column(), column()];
  const [btcVolume, solVolume] = [column(), column()];
  let [interest, mood, rate, logBtc, logSol] = [1e5, 50, 6e20, Math.log(60_000), Math.log(150)];
  for (let t = 0; t < count; t++) {
    const own = t === 0 ? 0 : Math.log(bars.close[t]! / bars.close[t - 1]!);
    logBtc += 0.6 * own + 0.001 * random.normal();
    logSol += 0.8 * own + 0.002 * random.normal();
    interest *= Math.exp(0.002 * random.normal());
    mood = Math.min(95, Math.max(5, mood + random.normal()));
    rate *= Math.exp(0.001 * random.normal());
    btc[t] = Math.exp(logBtc);
    sol[t] = Math.exp(logSol);
    btcVolume[t] = 5 * Math.exp(0.5 * random.normal());
    solVolume[t] = 500 * Math.exp(0.5 * random.normal());
    for (const [name, value] of Object.entries(extraValues(bars, t, { own, interest, mood, rate, uniform: random.uniform, normal: random.normal })))
      extras[name as BarExtraName][t] = value;
  }
  return { ...bars, extras: { ...extras, 'close:BTCUSDT': btc, 'volume:BTCUSDT': btcVolume, 'close:SOLUSDT': sol, 'volume:SOLUSDT': solVolume } };
}

interface Draw {
  readonly own: number;
  readonly interest: number;
  readonly mood: number;
  readonly rate: number;
  readonly uniform: () => number;
  readonly normal: () => number;
}

/** Values of the extras of one bar, of plausible size and consistent with its volume and range. */
function extraValues(bars: Bars, t: number, { own, interest, mood, rate, uniform, normal }: Draw): Readonly<Record<BarExtraName, number>> {
  const [volume, count, close] = [bars.volume[t]!, bars.tradeCount[t]!, bars.close[t]!];
  const variance = (own * own + 1e-6) * (0.5 + uniform());
  const size = volume / count;
  const spread = 1e-4 * (0.5 + uniform());
  const flow = 2 * bars.takerBuyVolume[t]! - volume;
  const flowSquare = (volume * volume * (0.2 + uniform())) / count;
  return {
    takerBuyCount: Math.floor((count + 1) * uniform()),
    realizedVariance: variance,
    bipowerVariation: variance * (0.6 + 0.5 * uniform()),
    returnProduct: variance * (uniform() - 0.7),
    flowReturn: own * flow * uniform(),
    flowSquare,
    bucketImbalance: Math.abs(flow) + (volume - Math.abs(flow)) * uniform(),
    medianSize: 0.6 * size,
    upperSize: size * (2 + uniform()),
    largestSize: Math.min(volume, size * (4 + uniform())),
    bid: close * (1 - spread / 2),
    ask: close * (1 + spread / 2),
    bidQuantity: 5 * uniform() + 0.1,
    askQuantity: 5 * uniform() + 0.1,
    quotedSpread: spread,
    orderFlowImbalance: 3 * normal(),
    quoteUpdates: 1 + Math.floor(2000 * uniform()),
    bidDepth: 200 * (0.5 + uniform()),
    askDepth: 200 * (0.5 + uniform()),
    markPrice: close * (1 + 2e-4 * normal()),
    openInterest: interest,
    accountRatio: Math.exp(0.2 * normal()),
    topAccountRatio: Math.exp(0.2 * normal()),
    topPositionRatio: Math.exp(0.2 * normal()),
    takerRatio: Math.exp(0.3 * normal()),
    fearGreed: Math.round(mood),
    hashRate: rate,
    imputed: 0,
  };
}

const EXTRA_NAMES = Object.keys(
  extraValues(walkBars(1, 1), 0, { own: 0, interest: 1, mood: 50, rate: 1, uniform: () => 0.5, normal: () => 0 }),
) as readonly BarExtraName[];

/** Random regime probabilities a bar, and funding every 8 hours from a month before the first bar, stamped with the exchange's jitter of a few ms. */
export function featureContext(bars: Bars, seed = 5): FeatureContext & { readonly regimes: Float64Array } {
  const random = makeRandom(seed);
  const rows = barCount(bars);
  const regimes = new Float64Array(rows * 4);
  for (let t = 0; t < rows; t++) {
    const draws = [0, 1, 2, 3].map(() => random.uniform());
    const sum = draws.reduce((a, b) => a + b, 0);
    draws.forEach((draw, state) => {
      regimes[t * 4 + state] = draw / sum;
    });
  }
  const first = bars.openTimeMs[0]! - 90 * FUNDING_MS;
  const stamps = 1 + Math.ceil((bars.closeTimeMs[rows - 1]! - first) / FUNDING_MS);
  const timeMs = Float64Array.from({ length: stamps }, (_, i) => first + i * FUNDING_MS + (i % 3) * 8);
  return { regimes, funding: { timeMs, rate: timeMs.map(() => 1e-4 * random.normal()) } };
}

/** Bars with every column changed by `change` (name, column) -> column. */
export function mapColumns(bars: Bars, change: (name: string, column: Float64Array) => Float64Array): Bars {
  const own = Object.fromEntries(BAR_COLUMNS.map((name) => [name, change(name, bars[name])])) as unknown as Omit<Bars, 'extras'>;
  return { ...own, extras: Object.fromEntries(Object.entries(bars.extras).map(([name, column]) => [name, change(name, column)])) };
}
