/** Seeded random numbers: xoshiro128** (Blackman and Vigna 2018) seeded through splitmix32 from a text path. */

/** A stream of random numbers; the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number;
  /** Integer in [0, n). */
  below(n: number): number;
  /** Standard normal (Marsaglia's polar method). */
  normal(): number;
  /** Where the stream stands; `restoreRandom` goes on from it. */
  state(): RandomState;
}

/** Four words of the generator, and the second normal of a pair (NaN = none is waiting). */
export type RandomState = readonly [a: number, b: number, c: number, d: number, spare: number];

/** 32-bit seed of a path such as (spec.seed, step, unit, fold, trial): FNV-1a over its joined text. */
export function deriveSeed(...path: readonly (string | number)[]): number {
  const text = path.join('\u001f');
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // A final avalanche: FNV alone leaves neighbouring paths close together.
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}

/** A generator for a 32-bit seed. */
export function makeRandom(seed: number): Random {
  let mix = seed >>> 0;
  const next = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return restoreRandom([next(), next(), next(), next(), Number.NaN]);
}

/** The generator whose stream goes on from a state. */
export function restoreRandom(state: RandomState): Random {
  let [a, b, c, d, spare] = state;
  const bits = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  const uniform = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    }
  };
  return { uniform, below: (n) => Math.floor(uniform() * n), normal, state: () => [a, b, c, d, spare] };
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
