/** A column of doubles whose length is not known beforehand. */

export interface GrowingColumn {
  readonly length: number;
  push(value: number): void;
  at(index: number): number;
  /** The values, copied. */
  toArray(): Float64Array;
}

/** An empty column; room doubles as it grows. */
export function makeGrowingColumn(): GrowingColumn {
  let values = new Float64Array(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push: (value) => {
      if (length === values.length) {
        const larger = new Float64Array(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    at: (index) => values[index],
    toArray: () => values.slice(0, length),
  };
}
