/**
 * A simulated market, minute by minute: the cheap skeleton that the days' trades are hung on. Regimes as a Markov
 * chain, log-volatility as an Ornstein-Uhlenbeck process around the regime's level, GARCH(1,1) beside or instead of it,
 * diurnal activity, jumps, stress, and a planted signal: in each block a latent s (AR(1), stationary standard normal)
 * shifts the taker-buy share by SIGNAL_IMBALANCE x tanh(s), and the next block drifts by signalStrength x s of its
 * standard deviations.
 */
import { REGIMES } from '../regimes/regime-names.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Random } from '../stats/random.js';
import type { MarketParameters, MarketShape, RegimeShape } from './market-parameters.js';
import {
  ACTIVITY_SPREAD,
  MARKET_SHAPE,
  MINUTE_MS,
  REGIME_SHAPES,
  SIGNAL_IMBALANCE,
  SIGNAL_PERSISTENCE,
  VOLATILITY_HALF_LIFE_MINUTES,
} from './market-parameters.js';
import type { MarketStress } from './market-stress.js';
import { drawMarketStress } from './market-stress.js';

export interface MarketSkeleton {
  /** What was asked for, the shape filled in. */
  readonly parameters: MarketParameters & MarketShape;
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
  /** Null where the market passes through none. */
  readonly stress: MarketStress | null;
}

/**
 * The skeleton of a window. Every minute depends on earlier ones only, so an earlier end of the window changes no
 * earlier minute (with totalTrades, the counts are shares of a total and do depend on it).
 * @throws RangeError when the window or a block is not a whole number of minutes, the window is empty, or GARCH is not stationary.
 */
export function makeMarketSkeleton(given: MarketParameters): MarketSkeleton {
  checkParameters(given);
  const parameters = { ...MARKET_SHAPE, ...given };
  const { fromMs, toMs, blockMs } = parameters;
  const minuteCount = (toMs - fromMs) / MINUTE_MS;
  const seed = deriveSeed(parameters.seed, 'market', parameters.symbol);
  const regime = simulateRegimes(minuteCount, parameters.regimeMinutes, makeRandom(deriveSeed(seed, 'regimes')));
  const clustering = simulateClustering(minuteCount, parameters.volatilitySpread, makeRandom(deriveSeed(seed, 'volatility')));
  const firstBlock = Math.floor(fromMs / blockMs);
  const signal = simulateSignal(Math.ceil(toMs / blockMs) - firstBlock, makeRandom(deriveSeed(seed, 'signal')));
  const stress = drawMarketStress(parameters, minuteCount, seed);
  const blockOf = (m: number): number => Math.floor((fromMs + m * MINUTE_MS) / blockMs) - firstBlock;
  const course: MarketCourse = { parameters, shapes: regimeShapes(parameters.regimeContrast), regime, clustering, stress, signal, blockOf };
  const { logPrice, sigma, heat } = simulatePath(course, makeRandom(deriveSeed(seed, 'prices')));
  return {
    parameters,
    minuteCount,
    logPrice,
    sigma,
    firstTrade: simulateCounts(course, heat, makeRandom(deriveSeed(seed, 'activity'))),
    takerBuyShare: Float64Array.from({ length: minuteCount }, (_, m) => 0.5 + SIGNAL_IMBALANCE * Math.tanh(signal[blockOf(m)])),
    regime,
    signal,
    stress,
  };
}

function checkParameters({ fromMs, toMs, blockMs, garchAlpha = 0, garchBeta = 0 }: MarketParameters): void {
  for (const [name, value] of Object.entries({ fromMs, toMs, blockMs })) {
    if (value % MINUTE_MS !== 0) throw new RangeError(`expected ${name} in whole minutes, found ${value} ms`);
  }
  if (!(toMs > fromMs)) throw new RangeError(`expected toMs after fromMs ${fromMs}, found ${toMs}`);
  if (!(garchAlpha >= 0 && garchBeta >= 0 && garchAlpha + garchBeta < 1)) {
    throw new RangeError(`expected garchAlpha and garchBeta at or above 0 with a sum below 1, found ${garchAlpha} and ${garchBeta}`);
  }
}

/** What the minutes are made of. */
interface MarketCourse {
  readonly parameters: MarketParameters & MarketShape;
  /** By index into REGIMES. */
  readonly shapes: readonly RegimeShape[];
  readonly regime: Uint8Array;
  readonly clustering: Float64Array;
  readonly stress: MarketStress | null;
  readonly signal: Float64Array;
  readonly blockOf: (minute: number) => number;
}

function regimeShapes(contrast: number): readonly RegimeShape[] {
  return REGIMES.map((name) => {
    const { volatility, drift, activity } = REGIME_SHAPES[name];
    return { volatility: volatility ** contrast, drift: drift * contrast, activity: activity ** contrast };
  });
}

function simulateRegimes(minuteCount: number, meanMinutes: number, random: Random): Uint8Array {
  const regime = new Uint8Array(minuteCount);
  let state = random.below(REGIMES.length);
  for (let m = 0; m < minuteCount; m++) {
    if (random.uniform() < 1 / meanMinutes) state = (state + 1 + random.below(REGIMES.length - 1)) % REGIMES.length;
    regime[m] = state;
  }
  return regime;
}

/** Stationary AR(1) of the logarithm of volatility, a value a minute. */
function simulateClustering(minuteCount: number, spread: number, random: Random): Float64Array {
  const keep = 2 ** (-1 / VOLATILITY_HALF_LIFE_MINUTES);
  const shock = spread * Math.sqrt(1 - keep * keep);
  const out = new Float64Array(minuteCount);
  let x = spread * random.normal();
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

function diurnal({ fromMs, diurnalAmplitude, diurnalPeakHour }: MarketParameters & MarketShape, minute: number): number {
  const hours = (fromMs + minute * MINUTE_MS) / 3_600_000;
  return 1 + diurnalAmplitude * Math.cos((2 * Math.PI * (hours - diurnalPeakHour)) / 24);
}

/** Volatility of each minute before GARCH: the regime's, clustered, by the time of the day, scaled by stress. */
function minuteVolatility({ parameters, shapes, regime, clustering, stress }: MarketCourse): Float64Array {
  const calm = parameters.annualVolatility / Math.sqrt(365 * 1440);
  const centre = parameters.volatilitySpread ** 2;
  const out = new Float64Array(regime.length);
  for (let m = 0; m < out.length; m++) {
    // exp(x - spread^2) makes the mean variance that of the regime.
    out[m] = calm * shapes[regime[m]].volatility * Math.exp(clustering[m] - centre) * Math.sqrt(diurnal(parameters, m));
    if (stress !== null) out[m] *= stress.scale[m];
  }
  return out;
}

interface MarketPath {
  readonly logPrice: Float64Array;
  readonly sigma: Float64Array;
  /** GARCH's variance of each minute, 1 on average. */
  readonly heat: Float64Array;
}

function simulatePath(course: MarketCourse, random: Random): MarketPath {
  const { parameters, shapes, regime, signal, stress, blockOf } = course;
  const { garchAlpha, garchBeta, jumpSize } = parameters;
  const jumpsPerMinute = parameters.jumpsPerDay / 1440;
  const signalDrift = parameters.signalStrength / Math.sqrt(parameters.blockMs / MINUTE_MS);
  const sigma = minuteVolatility(course);
  const heat = new Float64Array(sigma.length);
  const logPrice = new Float64Array(sigma.length + 1);
  logPrice[0] = Math.log(parameters.startPrice);
  let h = 1;
  for (let m = 0; m < sigma.length; m++) {
    const block = blockOf(m);
    const shock = random.normal();
    heat[m] = h;
    sigma[m] *= Math.sqrt(h);
    let move = shock + shapes[regime[m]].drift;
    if (block > 0) move += signalDrift * signal[block - 1];
    if (random.uniform() < jumpsPerMinute) move += jumpSize * random.normal();
    logPrice[m + 1] = logPrice[m] + sigma[m] * move;
    if (stress !== null) logPrice[m + 1] += stress.gap[m] + stress.drift[m];
    // Jumps and drift stay out of it, so that the recursion's parameters are those of the diffusion.
    h = 1 - garchAlpha - garchBeta + garchAlpha * h * shock * shock + garchBeta * h;
  }
  return { logPrice, sigma, heat };
}

/**
 * Cumulative trade counts: the rounded cumulative activity, so that a total is met exactly. Activity goes with volatility
 * in the slow process and with variance in GARCH (Clark 1973), which keeps its mean.
 */
function simulateCounts(course: MarketCourse, heat: Float64Array, random: Random): Float64Array {
  const { parameters, shapes, regime, clustering, stress } = course;
  const meanRegime = shapes.reduce((sum, shape) => sum + shape.activity, 0) / shapes.length;
  const perMinute = parameters.tradesPerMinute / (meanRegime * Math.exp((parameters.volatilitySpread ** 2 + ACTIVITY_SPREAD ** 2) / 2));
  const cumulative = new Float64Array(regime.length + 1);
  for (let m = 0; m < regime.length; m++) {
    const level = shapes[regime[m]].activity * diurnal(parameters, m) * heat[m] * (stress === null ? 1 : stress.volume[m]);
    cumulative[m + 1] = cumulative[m] + perMinute * level * Math.exp(clustering[m] + ACTIVITY_SPREAD * random.normal());
  }
  const end = cumulative[regime.length];
  const { totalTrades } = parameters;
  return cumulative.map((value) => Math.floor(totalTrades === undefined ? value : value === end ? totalTrades : (totalTrades * value) / end));
}
