/** One side of an order book: its levels in order of price, the best one last, so that changes near the front move little. */

export interface BookSide {
  /** Number of levels. */
  readonly size: number;
  /** Sets a level's quantity; 0 takes it away. */
  set(price: number, quantity: number): void;
  /** NaN where the side is empty. */
  bestPrice(): number;
  /** NaN where the side is empty. */
  bestQuantity(): number;
  /** Sum of the quantities at prices no worse than the limit. */
  quantityUpTo(limit: number): number;
}

/** An empty side; bids are better the higher, asks the lower. */
export function makeBookSide(side: 'bid' | 'ask'): BookSide {
  const sign = side === 'bid' ? 1 : -1;
  // Ascending keys sign x price: the best is the last.
  let keys = new Float64Array(2048);
  let quantities = new Float64Array(2048);
  let size = 0;

  const place = (key: number): number => {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const grow = (): void => {
    [keys, quantities] = [keys, quantities].map((values) => {
      const larger = new Float64Array(2 * values.length);
      larger.set(values);
      return larger;
    }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
  };
  const move = (to: number, from: number): void => {
    keys.copyWithin(to, from, size);
    quantities.copyWithin(to, from, size);
  };

  return {
    get size() {
      return size;
    },
    set: (price, quantity) => {
      const key = sign * price;
      const at = place(key);
      const isThere = at < size && keys[at] === key;
      if (quantity === 0) {
        if (!isThere) return;
        move(at, at + 1);
        size--;
        return;
      }
      if (!isThere) {
        if (size === keys.length) grow();
        move(at + 1, at);
        keys[at] = key;
        size++;
      }
      quantities[at] = quantity;
    },
    bestPrice: () => (size === 0 ? Number.NaN : sign * keys[size - 1]),
    bestQuantity: () => (size === 0 ? Number.NaN : quantities[size - 1]),
    quantityUpTo: (limit) => {
      let sum = 0;
      for (let i = size - 1; i >= 0 && keys[i] >= sign * limit; i--) sum += quantities[i];
      return sum;
    },
  };
}
