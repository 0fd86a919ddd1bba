/** Bars for tests: a seeded walk, and a walk by integer arithmetic that any language can repeat to the bit. */
import type { Bars } from '../../core/data/bars.js';
import { makeBars } from '../../core/data/make-bars.js';
import { makeRandom } from '../../core/stats/random.js';

const START_MS = Date.UTC(2024, 0, 1);

/** A random walk of `count` gapless bars with volumes, trade counts and taker volumes. */
export function walkBars(count: number, seed: number, periodMs = 60_000): Bars {
  const random = makeRandom(seed);
  const bars = makeBars(count);
  let close = 2000;
  for (let t = 0; t < count; t++) {
    const open = close * Math.exp(0.0002 * random.normal());
    close = open * Math.exp(0.002 * random.normal());
    bars.openTimeMs[t] = START_MS + t * periodMs;
    bars.closeTimeMs[t] = START_MS + (t + 1) * periodMs;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) * Math.exp(0.001 * random.uniform());
    bars.low[t] = Math.min(open, close) * Math.exp(-0.001 * random.uniform());
    bars.volume[t] = 10 * Math.exp(0.5 * random.normal());
    bars.quoteVolume[t] = bars.volume[t] * close;
    bars.tradeCount[t] = 1 + random.below(500);
    bars.takerBuyVolume[t] = bars.volume[t] * random.uniform();
  }
  return bars;
}

/**
 * 300 bars from the generator x <- 16807 x mod 2147483647 (x begun with 1), five draws a bar, prices in hundredths: close moves by
 * draw mod 101 - 50, open is the last close plus draw mod 11 - 5, high and low lie draw mod 30 outside, volume is 1 + draw mod 1000.
 */
export function integerBars(): Bars {
  const bars = makeBars(300);
  let x = 1;
  const draw = (modulus: number): number => {
    x = (x * 16807) % 2147483647;
    return x % modulus;
  };
  let last = 10000;
  for (let t = 0; t < 300; t++) {
    const close = last + draw(101) - 50;
    const open = last + draw(11) - 5;
    bars.openTimeMs[t] = START_MS + t * 60_000;
    bars.closeTimeMs[t] = START_MS + (t + 1) * 60_000;
    bars.open[t] = open / 100;
    bars.close[t] = close / 100;
    bars.high[t] = (Math.max(open, close) + draw(30)) / 100;
    bars.low[t] = (Math.min(open, close) - draw(30)) / 100;
    bars.volume[t] = 1 + draw(1000);
    bars.quoteVolume[t] = bars.volume[t] * bars.close[t];
    bars.tradeCount[t] = 1;
    bars.takerBuyVolume[t] = Number.NaN;
    last = close;
  }
  return bars;
}

/** Four-bar series of methodology M3.2.13. */
export function fourBars(): Bars {
  const bars = makeBars(4);
  bars.open.set([100, 101, 103, 102]);
  bars.high.set([102, 104, 105, 103]);
  bars.low.set([99, 100.5, 101, 100]);
  bars.close.set([101, 103, 102, 101]);
  return bars;
}
