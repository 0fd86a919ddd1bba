/** Plain decimals straight from bytes, four digits at a time; what is unusual is left to the careful reader. */

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, k) => Number(`1e${k}`));
/** Digits of a whole number that is exact in a double whatever they are. */
const EXACT_DIGITS = 15;
const WORD_BYTES = 4;
const POINT = 46;
const ZERO = 48;

/** Four bytes, the first of them lowest, are four digits: each lies in 0x30..0x3f, and six more does not leave that row. */
export function areDigits(word: number): boolean {
  return (word & 0xf0f0f0f0) === 0x30303030 && ((word + 0x06060606) & 0xf0f0f0f0) === 0x30303030;
}

/** The number that four digits write: neighbours are joined to two numbers below 100, those to one below 10,000. */
export function digitsValue(word: number): number {
  const digits = word & 0x0f0f0f0f;
  const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff;
  return Math.imul(pairs & 0xff, 100) + (pairs >>> 16);
}

/**
 * Reads the decimal that begins at `at` (no sign, no exponent, at most 15 digits, leading zeros included) into out[index] and returns
 * where it ends; -1 when there is none. A whole number below 2^53 over a power of ten up to 10^22 is correctly rounded by one division
 * (Clinger 1990). At least 24 bytes must follow `at`.
 */
// eslint-disable-next-line max-params -- called for every number of a file: an options object would be allocated each time
export function readDecimal(bytes: DataView, at: number, out: Float64Array, index: number): number {
  const end = at + EXACT_DIGITS + 1;
  let value = 0;
  let point = -1;
  const start = at;
  for (;;) {
    let word = bytes.getInt32(at, true);
    while (areDigits(word) && at <= end) {
      value = 10_000 * value + digitsValue(word);
      at += WORD_BYTES;
      word = bytes.getInt32(at, true);
    }
    let byte = word & 0xff;
    while (byte >= ZERO && byte <= ZERO + 9) {
      value = 10 * value + (byte - ZERO);
      at++;
      word >>>= 8;
      byte = word & 0xff;
    }
    if (byte !== POINT || point >= 0) break;
    point = ++at;
  }
  const digits = at - start - (point < 0 ? 0 : 1);
  if (digits === 0 || digits > EXACT_DIGITS) return -1;
  out[index] = point < 0 ? value : value / POWERS_OF_TEN[at - point]!;
  return at;
}

/** Where the first byte of a cell's end (a comma or any byte below it, so a line's end too) lies; -1 when that is not within 24 bytes. */
export function cellEnd(bytes: DataView, at: number): number {
  for (let k = 0; k < 6; k++, at += WORD_BYTES) {
    const word = bytes.getInt32(at, true);
    // Subtracting sets the high bit of every byte below 0x2d; only bytes above the first such one may be marked wrongly (Mycroft).
    const marks = (word - 0x2d2d2d2d) & ~word & 0x80808080;
    if (marks !== 0) return at + ((31 - Math.clz32(marks & -marks)) >> 3);
  }
  return -1;
}
