/**
 * A simulated market, minute by minute: the cheap skeleton that the days' trades are hung on. Regimes as a Markov
 * chain, log-volatility as an Ornstein-Uhlenbeck process around the regime's level, diurnal activity, jumps, and a
 * planted signal: in each block a latent s (AR(1), stationary standard normal) shifts the taker-buy share by
 * SIGNAL_IMBALANCE x tanh(s), and the next block drifts by signalStrength x s of its standard deviations.
 */
import { REGIMES } from '../regimes/regime-names.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Random } from '../stats/random.js';
import type { MarketParameters } from './market-parameters.js';
import {
  ACTIVITY_SPREAD,
  DIURNAL_AMPLITUDE,
  DIURNAL_PEAK_HOUR,
  JUMP_SPREAD,
  JUMPS_PER_MINUTE,
  MINUTE_MS,
  REGIME_MINUTES,
  REGIME_SHAPES,
  SIGNAL_IMBALANCE,
  SIGNAL_PERSISTENCE,
  VOLATILITY_HALF_LIFE_MINUTES,
  VOLATILITY_SPREAD,
} from './market-parameters.js';

export interface MarketSkeleton {
  readonly parameters: MarketParameters;
  readonly minuteCount: number;
  /** Logarithm of the middle price at the start of each minute, and at the end of the last: [minuteCount + 1]. */
  readonly logPrice: Float64Array;
  /** Standard deviation of each minute's log return. */
  readonly sigma: Float64Array;
  /** Trades before each minute: [minuteCount + 1]; minute m holds ids firstTrade[m] + 1 .. firstTrade[m + 1]. */
  readonly firstTrade: Float64Array;
  /** Share of taker buys in each minute, the same through a block. */
  readonly takerBuyShare: Float64Array;
  /** True regime of each minute, an index into REGIMES. */
  readonly regime: Uint8Array;
  /** Latent signal of each block, the first one containing fromMs: the ideal predictor of the next block. */
  readonly signal: Float64Array;
}

/**
 * The skeleton of a window. Every minute depends on earlier ones only, so an earlier end of the window changes no
 * earlier minute (with totalTrades, the counts are shares of a total and do depend on it).
 * @throws RangeError when the window or a block is not a whole number of minutes, or the window is empty.
 */
export function makeMarketSkeleton(parameters: MarketParameters): MarketSkeleton {
  const { fromMs, toMs, blockMs } = parameters;
  for (const [name, value] of Object.entries({ fromMs, toMs, blockMs })) {
    if (value % MINUTE_MS !== 0) throw new RangeError(`expected ${name} in whole minutes, found ${value} ms`);
  }
  if (!(toMs > fromMs)) throw new RangeError(`expected toMs after fromMs ${fromMs}, found ${toMs}`);
  const minuteCount = (toMs - fromMs) / MINUTE_MS;
  const seed = deriveSeed(parameters.seed, 'market', parameters.symbol);
  const regime = simulateRegimes(minuteCount, makeRandom(deriveSeed(seed, 'regimes')));
  const clustering = simulateClustering(minuteCount, makeRandom(deriveSeed(seed, 'volatility')));
  const firstBlock = Math.floor(fromMs / blockMs);
  const signal = simulateSignal(Math.ceil(toMs / blockMs) - firstBlock, makeRandom(deriveSeed(seed, 'signal')));
  const sigma = minuteVolatility(parameters, regime, clustering);
  const blockOf = (m: number): number => Math.floor((fromMs + m * MINUTE_MS) / blockMs) - firstBlock;
  return {
    parameters,
    minuteCount,
    logPrice: simulatePath({ parameters, sigma, regime, signal, blockOf }, makeRandom(deriveSeed(seed, 'prices'))),
    sigma,
    firstTrade: simulateCounts({ parameters, regime, clustering }, makeRandom(deriveSeed(seed, 'activity'))),
    takerBuyShare: Float64Array.from({ length: minuteCount }, (_, m) => 0.5 + SIGNAL_IMBALANCE * Math.tanh(signal[blockOf(m)])),
    regime,
    signal,
  };
}

function simulateRegimes(minuteCount: number, random: Random): Uint8Array {
  const regime = new Uint8Array(minuteCount);
  let state = random.below(REGIMES.length);
  for (let m = 0; m < minuteCount; m++) {
    if (random.uniform() < 1 / REGIME_MINUTES) state = (state + 1 + random.below(REGIMES.length - 1)) % REGIMES.length;
    regime[m] = state;
  }
  return regime;
}

/** Stationary AR(1) of the logarithm of volatility, a value a minute. */
function simulateClustering(minuteCount: number, random: Random): Float64Array {
  const keep = 2 ** (-1 / VOLATILITY_HALF_LIFE_MINUTES);
  const shock = VOLATILITY_SPREAD * Math.sqrt(1 - keep * keep);
  const out = new Float64Array(minuteCount);
  let x = VOLATILITY_SPREAD * random.normal();
  for (let m = 0; m < minuteCount; m++) {
    x = keep * x + shock * random.normal();
    out[m] = x;
  }
  return out;
}

function simulateSignal(blockCount: number, random: Random): Float64Array {
  const shock = Math.sqrt(1 - SIGNAL_PERSISTENCE ** 2);
  const out = new Float64Array(blockCount);
  let s = random.normal();
  for (let b = 0; b < blockCount; b++) {
    if (b > 0) s = SIGNAL_PERSISTENCE * s + shock * random.normal();
    out[b] = s;
  }
  return out;
}

function diurnal(timeMs: number): number {
  return 1 + DIURNAL_AMPLITUDE * Math.cos((2 * Math.PI * (timeMs / 3_600_000 - DIURNAL_PEAK_HOUR)) / 24);
}

function minuteVolatility(parameters: MarketParameters, regime: Uint8Array, clustering: Float64Array): Float64Array {
  const calm = parameters.annualVolatility / Math.sqrt(365 * 1440);
  const out = new Float64Array(regime.length);
  for (let m = 0; m < out.length; m++) {
    const shape = REGIME_SHAPES[REGIMES[regime[m]]];
    // exp(x - spread^2) makes the mean variance that of the regime.
    out[m] = calm * shape.volatility * Math.exp(clustering[m] - VOLATILITY_SPREAD ** 2) * Math.sqrt(diurnal(parameters.fromMs + m * MINUTE_MS));
  }
  return out;
}

interface PathInputs {
  readonly parameters: MarketParameters;
  readonly sigma: Float64Array;
  readonly regime: Uint8Array;
  readonly signal: Float64Array;
  readonly blockOf: (minute: number) => number;
}

function simulatePath(inputs: PathInputs, random: Random): Float64Array {
  const { parameters, sigma, regime, signal, blockOf } = inputs;
  const signalDrift = parameters.signalStrength / Math.sqrt(parameters.blockMs / MINUTE_MS);
  const logPrice = new Float64Array(sigma.length + 1);
  logPrice[0] = Math.log(parameters.startPrice);
  for (let m = 0; m < sigma.length; m++) {
    const block = blockOf(m);
    let move = random.normal() + REGIME_SHAPES[REGIMES[regime[m]]].drift;
    if (block > 0) move += signalDrift * signal[block - 1];
    if (random.uniform() < JUMPS_PER_MINUTE) move += JUMP_SPREAD * random.normal();
    logPrice[m + 1] = logPrice[m] + sigma[m] * move;
  }
  return logPrice;
}

/** Cumulative trade counts: the rounded cumulative activity, so that a total is met exactly. */
function simulateCounts(inputs: { parameters: MarketParameters; regime: Uint8Array; clustering: Float64Array }, random: Random): Float64Array {
  const { parameters, regime, clustering } = inputs;
  const meanRegime = REGIMES.reduce((sum, name) => sum + REGIME_SHAPES[name].activity, 0) / REGIMES.length;
  const perMinute = parameters.tradesPerMinute / (meanRegime * Math.exp((VOLATILITY_SPREAD ** 2 + ACTIVITY_SPREAD ** 2) / 2));
  const cumulative = new Float64Array(regime.length + 1);
  for (let m = 0; m < regime.length; m++) {
    const level = REGIME_SHAPES[REGIMES[regime[m]]].activity * diurnal(parameters.fromMs + m * MINUTE_MS);
    cumulative[m + 1] = cumulative[m] + perMinute * level * Math.exp(clustering[m] + ACTIVITY_SPREAD * random.normal());
  }
  const end = cumulative[regime.length];
  const { totalTrades } = parameters;
  return cumulative.map((value) => Math.floor(totalTrades === undefined ? value : value === end ? totalTrades : (totalTrades * value) / end));
}
