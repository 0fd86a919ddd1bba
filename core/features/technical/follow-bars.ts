/** How an indicator goes over its bars: in one pass, a span of bars a call. */

/** Bars from `from` on, before `to`. */
export interface BarSpan {
  readonly from: number;
  readonly to: number;
}

/** Bars a call. */
const SPAN = 64;

/**
 * `series.out`, filled by `step` span after span: what one span leaves for the next lies in `state`. A step works on local variables and
 * captures nothing, and it is called often: so V8 compiles it as a whole and keeps its numbers in registers. A loop that runs only once, over
 * all bars, is compiled from its middle on, with its numbers boxed, which took two to five times as long.
 */
export function followBars<Series extends { readonly out: Float64Array }, State>(
  series: Series,
  state: State,
  step: (series: Series, state: State, span: BarSpan) => void,
): Float64Array {
  const { out } = series;
  for (let from = 0; from < out.length; from += SPAN) step(series, state, { from, to: Math.min(from + SPAN, out.length) });
  return out;
}
