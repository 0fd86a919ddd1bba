/** Missing bars: left out, or filled in from the past and flagged. Never interpolated: the bar after a gap is the future. */
import type { Bars } from '../data/bars.js';
import { BAR_COLUMNS, barCount } from '../data/bars.js';
import { extraRule } from '../data/bar-extras.js';
import { makeBars } from '../data/make-bars.js';
import { findTimeGaps } from './gaps.js';

export interface Imputation {
  /** none = gaps stay gaps; carry = the last close, without any trade. */
  readonly method: 'none' | 'carry';
  /** Bars filled in after the last one before a gap; the rest of a longer gap stays a gap. */
  readonly maxBars: number;
}

/**
 * The bars with those of gaps filled in by the method, and the extra `imputed`: 1 in a filled bar, 0 elsewhere (not added by
 * `none`). A filled bar has open = high = low = close = the last close, amounts 0 (NaN where the source has none), extras that
 * are sums 0, and other extras NaN. How long a gap lasts is not known inside it, so the first `maxBars` of any gap are filled: bars known by a time
 * are the same with and without the bars after it.
 */
export function imputeBars(bars: Bars, periodMs: number, imputation: Imputation): Bars {
  if (imputation.method === 'none') return bars;
  const gaps = findTimeGaps(bars.openTimeMs, periodMs);
  const filled = gaps.map(({ missing }) => Math.min(missing, imputation.maxBars));
  const names = [...new Set([...Object.keys(bars.extras), 'imputed'])];
  const out = makeBars(
    filled.reduce((sum, count) => sum + count, barCount(bars)),
    names,
  );
  let gap = 0;
  for (let row = 0, at = 0; row < barCount(bars); row++) {
    copyRow(bars, row, { out, at: at++ });
    if (gaps[gap]?.afterRow !== row) continue;
    for (let k = 0; k < filled[gap]; k++) fillRow(out, at++, periodMs);
    gap++;
  }
  return out;
}

function copyRow(bars: Bars, row: number, target: { readonly out: Bars; readonly at: number }): void {
  const { out, at } = target;
  for (const name of BAR_COLUMNS) out[name][at] = bars[name][row];
  for (const [name, column] of Object.entries(bars.extras)) out.extras[name][at] = column[row];
}

/** The bar after row `at - 1`, without trades. */
function fillRow(out: Bars, at: number, periodMs: number): void {
  const close = out.close[at - 1];
  out.openTimeMs[at] = out.openTimeMs[at - 1] + periodMs;
  out.closeTimeMs[at] = out.openTimeMs[at] + periodMs;
  for (const name of ['open', 'high', 'low', 'close'] as const) out[name][at] = close;
  for (const name of ['volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'] as const) out[name][at] = Number.isNaN(out[name][at - 1]) ? Number.NaN : 0;
  for (const [name, column] of Object.entries(out.extras)) {
    if (name === 'imputed') column[at] = 1;
    else column[at] = extraRule(name) === 'sum' ? 0 : Number.NaN;
  }
}
