/** What makes a bar unusable. */

/** One bar's values; quoteVolume, tradeCount and takerBuyVolume are NaN where the source has none. */
export interface BarValues {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly quoteVolume: number;
  readonly tradeCount: number;
  readonly takerBuyVolume: number;
}

/** The first thing wrong with a bar, as a sentence that names field and value, or null when it can be used. */
export function findBarFault(bar: BarValues): string | null {
  for (const name of ['open', 'high', 'low', 'close'] as const) {
    if (!(bar[name] > 0 && bar[name] < Number.POSITIVE_INFINITY)) return `expected ${name} above 0, found ${bar[name]}`;
  }
  if (bar.high < bar.low) return `expected high at or above low ${bar.low}, found ${bar.high}`;
  if (bar.high < Math.max(bar.open, bar.close)) return `expected high at or above open ${bar.open} and close ${bar.close}, found ${bar.high}`;
  if (bar.low > Math.min(bar.open, bar.close)) return `expected low at or below open ${bar.open} and close ${bar.close}, found ${bar.low}`;
  if (!(bar.volume >= 0 && bar.volume < Number.POSITIVE_INFINITY)) return `expected volume of at least 0, found ${bar.volume}`;
  for (const name of ['quoteVolume', 'tradeCount', 'takerBuyVolume'] as const) {
    if (bar[name] < 0 || bar[name] === Number.POSITIVE_INFINITY) return `expected ${name} of at least 0, found ${bar[name]}`;
  }
  if (bar.takerBuyVolume > bar.volume) return `expected takerBuyVolume of at most the volume ${bar.volume}, found ${bar.takerBuyVolume}`;
  return null;
}
