/** Bytes inside JSON: base64 (RFC 4648, section 4), which costs four characters for three bytes. */
import { InvalidData } from '../errors.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The base64 text of bytes, padded. */
export function bytesToText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i] << 16) | ((left > 1 ? bytes[i + 1] : 0) << 8) | (left > 2 ? bytes[i + 2] : 0);
    const third = left > 1 ? ALPHABET[(word >> 6) & 63] : '=';
    const fourth = left > 2 ? ALPHABET[word & 63] : '=';
    text += `${ALPHABET[word >> 18]}${ALPHABET[(word >> 12) & 63]}${third}${fourth}`;
  }
  return text;
}

/** The bytes of a padded base64 text. @throws InvalidData on any other text */
export function textToBytes(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new InvalidData(`expected base64 text in groups of four, found ${text.length} characters that begin with ${text.slice(0, 20)}`);
  }
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, at = 0; i < text.length; i += 4, at += 3) {
    const [a, b, c, d] = [0, 1, 2, 3].map((j) => Math.max(0, ALPHABET.indexOf(text.charAt(i + j))));
    // Bytes beyond the end are dropped by the array itself.
    bytes[at] = (a << 2) | (b >> 4);
    bytes[at + 1] = (b << 4) | (c >> 2);
    bytes[at + 2] = (c << 6) | d;
  }
  return bytes;
}
