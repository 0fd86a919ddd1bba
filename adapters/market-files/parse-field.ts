/** Numbers straight from bytes, without a string between. */

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * The number in bytes [start, end), correctly rounded, or NaN when they hold no decimal number. Up to 15 digits without
 * an exponent are exact integers over an exact power of ten, which one division rounds correctly (Clinger 1990).
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === 45;
  if (isNegative) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      if (mantissa > 0) digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === 46 && decimals < 0) decimals = 0;
    else return parseSlowly(bytes, start, end);
  }
  if (digits > 15 || decimals > 22 || end - start - (isNegative ? 1 : 0) - (decimals >= 0 ? 1 : 0) < 1) return parseSlowly(bytes, start, end);
  const value = decimals > 0 ? mantissa / (POWERS_OF_TEN[decimals] as number) : mantissa;
  return isNegative ? -value : value;
}

/** 1 for true, 0 for false, in small or capital letters (the archive writes true and True); NaN otherwise. */
export function parseBoolean(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === TRUE.length && isWord(bytes, start, TRUE)) return 1;
  return end - start === FALSE.length && isWord(bytes, start, FALSE) ? 0 : Number.NaN;
}

/** Bit 5 set makes a capital ASCII letter small. */
function isWord(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (((bytes[start + i] as number) | 32) !== word[i]) return false;
  return true;
}

/** The bytes as text. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  const text = textOf(bytes, start, end);
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}
