/** The common case of a CSV row, read in one pass over its bytes; what is unusual is left to the careful reader. */

/* eslint-disable max-depth -- a row in one piece: without the branch the digits take half as long again (decision 0024) */
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, k) => Number(`1e${k}`));
/** Digits of a whole number that is exact in a double whatever they are. */
const EXACT_DIGITS = 15;
/** Digits of a whole number that an int32 holds whatever they are. */
const WORD_DIGITS = 9;

const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const POINT = 46;
const ZERO = 48;
/** "true" and "fals" as little-endian words, and the bits that make capital letters small. */
const TRUE_WORD = 0x65757274;
const FALS_WORD = 0x736c6166;
const SMALL_LETTERS = 0x20202020;
const SMALL_E = 101;
const SKIPPED = -1;

export interface RowShape {
  /** For each column of the file its field, or -1. */
  readonly fieldOfColumn: Int32Array;
  /** For each field. */
  readonly isBoolean: Uint8Array;
}

/**
 * Reads the row that begins at `at` into out[base ..] and returns where the next row begins; -1 when a cell is no plain decimal of at
 * most 15 digits (no sign, no exponent), or no true or false, or the number of columns is another. A newline must follow `at`.
 * Digits gather in int32 words, since their arithmetic is faster. The quotient of a whole number below 2^53 by a power of ten up to
 * 10^22 is correctly rounded (Clinger 1990).
 */
export function readPlainRow(text: Buffer, at: number, target: { readonly shape: RowShape; readonly out: Float64Array; readonly base: number }): number {
  const { shape, out, base } = target;
  const { fieldOfColumn, isBoolean } = shape;
  const last = fieldOfColumn.length - 1;
  let byte = 0;
  for (let column = 0; column <= last; column++) {
    const field = fieldOfColumn[column]!;
    if (field === SKIPPED) {
      byte = text[at]!;
      while (byte !== COMMA && byte !== NEWLINE) byte = text[++at]!;
    } else if (isBoolean[field] === 1) {
      const word = text[at]! | (text[at + 1]! << 8) | (text[at + 2]! << 16) | (text[at + 3]! << 24) | SMALL_LETTERS;
      const isTrue = word === TRUE_WORD;
      if (!isTrue && !(word === FALS_WORD && (text[at + 4]! | 32) === SMALL_E)) return -1;
      out[base + field] = isTrue ? 1 : 0;
      at += isTrue ? 4 : 5;
      byte = text[at]!;
    } else {
      let high = 0;
      let low = 0;
      let digits = 0;
      let point = -1;
      for (byte = text[at]!; ; byte = text[++at]!) {
        const digit = byte - ZERO;
        if (digit >= 0 && digit <= 9) {
          low = (Math.imul(low, 10) + digit) | 0;
          if (++digits !== WORD_DIGITS) continue;
          high = low;
          low = 0;
        } else if (byte === POINT && point < 0) point = digits;
        else break;
      }
      if (digits === 0 || digits > EXACT_DIGITS) return -1;
      const whole = digits < WORD_DIGITS ? low : high * POWERS_OF_TEN[digits - WORD_DIGITS]! + low;
      out[base + field] = point < 0 ? whole : whole / POWERS_OF_TEN[digits - point]!;
    }
    if (byte === RETURN && column === last) byte = text[++at]!;
    if (byte !== (column === last ? NEWLINE : COMMA)) return -1;
    at++;
  }
  return at;
}
