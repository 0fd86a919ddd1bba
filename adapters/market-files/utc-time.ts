/** Times of Binance files: milliseconds, or microseconds since 2025 on spot; told apart by magnitude. */
import { InvalidData } from '../../core/errors.js';

/** 1973 in ms, which is 1970-01-02 in us. */
const LEAST_MS = 1e11;
/** The year 5138 in ms, 1973 in us. */
export const LEAST_US = 1e14;

/**
 * UTC ms of a time in ms or us, us rounded down.
 * @throws InvalidData naming file and line for anything else, seconds and nanoseconds included.
 */
export function utcMs(value: number, file: string, line: number): number {
  if (value >= LEAST_MS && value < LEAST_US && Number.isInteger(value)) return value;
  if (value >= LEAST_US && value < LEAST_US * 1000 && Number.isInteger(value)) return Math.floor(value / 1000);
  throw new InvalidData(`${file}:${line}: expected a time in whole ms or us since 1970, found ${value}`);
}
