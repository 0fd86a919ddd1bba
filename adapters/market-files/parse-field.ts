/** Numbers straight from bytes, without a string between. */

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
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

/** 1 for true, 0 for false (any of the archive's spellings), NaN otherwise. */
export function parseBoolean(bytes: Uint8Array, start: number, end: number): number {
  const text = textOf(bytes, start, end);
  if (text === 'true' || text === 'True' || text === 'TRUE') return 1;
  return text === 'false' || text === 'False' || text === 'FALSE' ? 0 : Number.NaN;
}

/** The bytes as text. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  const text = textOf(bytes, start, end);
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}
