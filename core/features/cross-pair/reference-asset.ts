/** The other assets on the same bars: the first is the reference that the market follows, all of them are the market. */
import type { Bars } from '../../data/bars.js';
import { PAIR_CLOSE, pairSymbols } from '../../data/bar-extras.js';

/** Closes of the reference asset, the first pair of the bars. @throws RangeError when the bars carry no pair */
export function referenceClose(bars: Bars): Float64Array {
  const [first] = otherCloses(bars);
  if (first === undefined) throw new RangeError(`expected bars with a column ${PAIR_CLOSE}SYMBOL, found ${Object.keys(bars.extras).join(', ') || 'no extras'}`);
  return first;
}

/** Closes of every other asset, in the order of the columns. */
export function otherCloses({ extras }: Bars): readonly Float64Array[] {
  return pairSymbols(extras).map((symbol) => extras[PAIR_CLOSE + symbol]);
}
