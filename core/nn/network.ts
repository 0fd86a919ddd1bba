/** What a network is: sizes and numbers it is built from, the parameters it needs, and its forward pass over abstract operations. */
import type { Random } from '../stats/random.js';
import type { NetworkOps } from './network-ops.js';

/** Settings by name: whole numbers of layers and units, rates. */
export type NetworkSettings = Readonly<Record<string, number>>;

export interface NetworkSize {
  /** Columns of the input. */
  readonly features: number;
  /** Rows looked at, the example's own included. */
  readonly window: number;
  /** Columns of the output. */
  readonly outputs: number;
  readonly settings: NetworkSettings;
}

/** `fan` draws uniformly within +-sqrt(6 / (inputs + outputs)), the last two axes (Glorot and Bengio 2010); `position` normally with deviation 0.1. */
export type Initializer = 'fan' | 'position' | 'zeros' | 'ones' | 'forget';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Initializer;
}

/** A batch of sequences that end at their examples, the newest row last. */
export interface NetworkInput<T> {
  /** [window x examples x features], standardised, 0 where a value is missing. */
  readonly x: T;
  /** [window x examples x 1]: 1 where a sequence had not begun; null where all are whole. */
  readonly absent: T | null;
}

export interface NetworkOutput<T> {
  /** [examples x outputs] */
  readonly output: T;
  /** [window x examples x units] of networks that keep a state a position; position t knows rows up to t only. */
  readonly states?: T;
  /** [examples x window]: weight of each position, sums to 1. */
  readonly attention?: T;
  /** [examples x features]: weight of each feature at the example's own row, sums to 1. */
  readonly variables?: T;
}

export interface Network {
  readonly id: string;
  /** Defaults of everything the network itself reads, `window` among them. */
  readonly defaults: NetworkSettings;
  /** Which of its weights the network shows. */
  readonly shows?: readonly ('attention' | 'variables')[];
  /** Levels of the quantile columns behind the logits, ascending; none without it. */
  levels?(settings: NetworkSettings): readonly number[];
  /** @throws RangeError on settings that cannot be built. */
  parameters(size: NetworkSize): readonly ParameterSpec[];
  forward<T>(ops: NetworkOps<T>, weights: (name: string) => T, input: NetworkInput<T> & { readonly size: NetworkSize }): NetworkOutput<T>;
}

/** A whole number from `least` on. @throws RangeError naming it otherwise. */
export function wholeSetting(settings: NetworkSettings, name: string, least = 1): number {
  const value = settings[name];
  if (value === undefined || !Number.isInteger(value) || value < least) {
    throw new RangeError(`expected parameter ${name} to be a whole number of at least ${least}, found ${String(value)}`);
  }
  return value;
}

/** A rate in [0, 1). @throws RangeError naming it otherwise. */
export function rateSetting(settings: NetworkSettings, name: string): number {
  const value = settings[name];
  if (value === undefined || !(value >= 0 && value < 1)) throw new RangeError(`expected parameter ${name} in [0, 1), found ${String(value)}`);
  return value;
}

/** Levels of a network's quantile columns. */
export function levelsOf(network: Network, { settings }: NetworkSize): readonly number[] {
  return network.levels?.(settings) ?? [];
}

/** Entries of a shape. */
export function entriesOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Initial values of all parameters, one after the other. */
export function drawParameters(specs: readonly ParameterSpec[], random: Random): Float32Array {
  const flat = new Float32Array(specs.reduce((sum, { shape }) => sum + entriesOf(shape), 0));
  let at = 0;
  for (const spec of specs) {
    const length = entriesOf(spec.shape);
    fill(flat.subarray(at, at + length), spec, random);
    at += length;
  }
  return flat;
}

function fill(values: Float32Array, { shape, initial }: ParameterSpec, random: Random): void {
  const [rows, columns] = [shape[shape.length - 2] ?? 1, shape[shape.length - 1]];
  const bound = Math.sqrt(6 / (rows + columns));
  for (let i = 0; i < values.length; i++) {
    if (initial === 'fan') values[i] = bound * (2 * random.uniform() - 1);
    else if (initial === 'position') values[i] = 0.1 * random.normal();
    else if (initial === 'ones') values[i] = 1;
    // The forget gate, second of four, starts open (Jozefowicz et al. 2015).
    else if (initial === 'forget') values[i] = i >= columns / 4 && i < columns / 2 ? 1 : 0;
  }
}
