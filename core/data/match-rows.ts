/** Joins of tables by an ascending key: the row that holds each wanted key. */
import { InvalidData } from '../errors.js';

/**
 * Position in `keys` (ascending, distinct) of each wanted key. One pass when the wanted keys ascend too.
 * @throws InvalidData naming `label` and the first key that is missing.
 */
export function matchRows(keys: ArrayLike<number>, wanted: ArrayLike<number>, label: string): Int32Array {
  const out = new Int32Array(wanted.length);
  let at = 0;
  for (let i = 0; i < wanted.length; i++) {
    const key = wanted[i]!;
    if (at >= keys.length || keys[at]! > key) at = 0;
    while (at < keys.length && keys[at]! < key) at++;
    if (at >= keys.length || keys[at] !== key) throw new InvalidData(`${label}: expected a row with key ${key}, found none among ${keys.length}`);
    out[i] = at;
  }
  return out;
}
