/** What makes a trade unusable. */

/** The first thing wrong with a trade, as a sentence that names field and value, or null when it can be used. */
export function findTradeFault(trade: { readonly id: number; readonly price: number; readonly quantity: number }): string | null {
  if (!(Number.isSafeInteger(trade.id) && trade.id >= 0)) return `expected id as a whole number, found ${trade.id}`;
  if (!(trade.price > 0 && trade.price < Number.POSITIVE_INFINITY)) return `expected price above 0, found ${trade.price}`;
  if (!(trade.quantity > 0 && trade.quantity < Number.POSITIVE_INFINITY)) return `expected quantity above 0, found ${trade.quantity}`;
  return null;
}
