/** Applies a shock to the bars of a span: prices before it stay, prices in it follow the shocked returns. */
import type { Bars } from '../data/bars.js';
import { barCount, lowerBound } from '../data/bars.js';
import type { BarShock } from './stress-extras.js';
import { stressExtras } from './stress-extras.js';

/** A shock bar by bar: arrays as long as the span has bars. */
export interface StressShock {
  /** Factor on every log move of the bar: from the last close to the open, and within it. */
  readonly scale: Float64Array;
  /** Log jump between the last close and the open. */
  readonly gap: Float64Array;
  /** Log drift from the bar's open to its close. */
  readonly drift: Float64Array;
  /** Factor on volumes and on the number of trades. */
  readonly volume: Float64Array;
  /** Factor on the half-spread over the whole span. */
  readonly halfSpread: number;
}

/** A shock of `count` bars that changes nothing. */
export function noShock(count: number): StressShock {
  return {
    scale: new Float64Array(count).fill(1),
    gap: new Float64Array(count),
    drift: new Float64Array(count),
    volume: new Float64Array(count).fill(1),
    halfSpread: 1,
  };
}

/**
 * The bars with the shock applied from the first bar that opens at or after `fromMs`; times stay, and within each bar
 * low <= open, close <= high still holds. Extras follow by their meaning (stress-extras.ts).
 * @throws RangeError when the shock is not as long as the bars that remain
 */
export function stressBars(bars: Bars, fromMs: number, shock: StressShock): Bars {
  const n = barCount(bars);
  const first = lowerBound(bars.openTimeMs, fromMs);
  if (shock.scale.length !== n - first) throw new RangeError(`expected a shock of ${n - first} bars, found ${shock.scale.length}`);
  const open = bars.open.slice();
  const high = bars.high.slice();
  const low = bars.low.slice();
  const close = bars.close.slice();
  const volumes = {
    volume: bars.volume.slice(),
    quoteVolume: bars.quoteVolume.slice(),
    tradeCount: bars.tradeCount.slice(),
    takerBuyVolume: bars.takerBuyVolume.slice(),
  };
  const shocks: BarShock[] = [];
  for (let i = first; i < n; i++) {
    const k = i - first;
    const scale = shock.scale[k]!;
    const drift = shock.drift[k]!;
    const before = i === 0 ? bars.open[0]! : bars.close[i - 1]!;
    const from = i === 0 ? before : close[i - 1]!;
    open[i] = from * Math.exp(Math.log(bars.open[i]! / before) * scale + shock.gap[k]!);
    const move = Math.log(bars.close[i]! / bars.open[i]!) * scale + drift;
    const up = Math.log(bars.high[i]! / bars.open[i]!) * scale + Math.max(0, drift);
    const down = Math.log(bars.low[i]! / bars.open[i]!) * scale + Math.min(0, drift);
    close[i] = open[i]! * Math.exp(move);
    high[i] = Math.max(open[i]!, close[i]!, open[i]! * Math.exp(up));
    low[i] = Math.min(open[i]!, close[i]!, open[i]! * Math.exp(down));
    const factor = shock.volume[k]!;
    volumes.volume[i]! *= factor;
    volumes.quoteVolume[i]! *= (factor * close[i]!) / bars.close[i]!;
    volumes.tradeCount[i] = Math.ceil(bars.tradeCount[i]! * factor);
    volumes.takerBuyVolume[i]! *= factor;
    shocks.push({ price: close[i]! / bars.close[i]!, scale, volume: factor, halfSpread: shock.halfSpread });
  }
  return { ...bars, open, high, low, close, ...volumes, extras: stressExtras(bars.extras, first, shocks) };
}
