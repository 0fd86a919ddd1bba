/** Compares what was computed from all data with what was computed from the data known by a cut. */

/** Columns of one length, a row a time. */
export interface Computed {
  /** When the row's values are known: NaN or after the cut = not yet. */
  readonly knownMs: Float64Array;
  /** What tells rows apart where knownMs may be NaN; default knownMs. */
  readonly keyMs?: Float64Array;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

export interface Comparison {
  /** Column, time and both values of the first difference; null where there is none. */
  readonly difference: string | null;
  readonly compared: number;
}

/** Rows known by the cut must be there with the same bits; rows that are not must be absent or NaN. */
export function firstDifference(whole: Computed, cut: Computed, cutMs: number): Comparison {
  const keyOf = ({ keyMs, knownMs }: Computed): Float64Array => keyMs ?? knownMs;
  const rowOfKey = new Map([...keyOf(cut)].map((key, row) => [key, row]));
  let compared = 0;
  for (const [row, key] of keyOf(whole).entries()) {
    const at = rowOfKey.get(key);
    rowOfKey.delete(key);
    const isKnown = whole.knownMs[row] <= cutMs;
    if (at === undefined && isKnown) return { difference: `row at ${key} is missing with data up to ${cutMs}`, compared };
    if (at === undefined) continue;
    for (const [name, values] of Object.entries(whole.columns)) {
      const expected = isKnown ? values[row] : Number.NaN;
      const found = cut.columns[name][at];
      if (!Object.is(found, expected))
        return {
          difference: `${name} at ${key} with data up to ${cutMs}: ${found} instead of ${expected}${isKnown ? '' : ', which is not known yet'}`,
          compared,
        };
      compared++;
    }
  }
  if (rowOfKey.size > 0) return { difference: `row at ${[...rowOfKey.keys()][0]} is there with data up to ${cutMs} only`, compared };
  return { difference: null, compared };
}
