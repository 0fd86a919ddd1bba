/**
 * Weights of a network in eight bits: each column of a weight matrix (an output channel) as whole multiples of a step of its own,
 * symmetric about 0; biases, gains and positions stay as they are. Weights of little magnitude may be left out before (pruning by
 * magnitude, Han et al. 2015). Source of the rounding: Krishnamoorthi 2018, section 2.2 and 3.1 (symmetric, per channel, after training).
 */
import { InvalidData } from '../errors.js';
import { bytesToText, textToBytes } from '../models/byte-text.js';
import { entriesOf } from './network.js';
import type { ParameterSpec } from './network.js';

/** Largest multiple of a step; the lowest byte, -128, is not used. */
const MOST = 127;
/** Steps are rounded up to four digits: shorter to write, and no weight lies beyond 127 of them. */
const STEP_DIGITS = 4;
const STEP_MARGIN = 1.0006;

/** A weight matrix [rows x columns]. */
export interface QuantisedMatrix {
  /** One a column; 0 where the column is 0 throughout. */
  readonly steps: readonly number[];
  /** Multiples of the column's step, signed bytes in base64: all, row-major, or with `mask` those that are not 0. */
  readonly values: string;
  /** One bit an entry, row-major, lowest bit first, in base64: 1 = not 0. Null where it would not save anything. */
  readonly mask: string | null;
}

/** The weights of a network, compressed. */
export interface QuantisedWeights {
  readonly encoding: 'int8-per-column';
  /** Share of each matrix's weights that were kept, those of greatest magnitude; 1 = nothing was pruned. */
  readonly keepShare: number;
  /** One a parameter, in the network's order. */
  readonly parameters: readonly (QuantisedMatrix | readonly number[])[];
}

/**
 * The weights `flat`, compressed. What `expandWeights` gives back differs by at most half a step (a column's largest magnitude / 254,
 * the step's rounding aside) where a weight was kept, and is 0 where it was not.
 * @throws RangeError on a share outside (0, 1] or a number of weights that is not the specs'; InvalidData on a weight that is not finite
 */
export function quantiseWeights(specs: readonly ParameterSpec[], flat: ArrayLike<number>, keepShare: number): QuantisedWeights {
  if (!(keepShare > 0 && keepShare <= 1)) throw new RangeError(`expected a share of weights to keep in (0, 1], found ${keepShare}`);
  const values = Float64Array.from(flat);
  checkFinite(values);
  checkLength(values.length, specs);
  let from = 0;
  const parameters = specs.map((spec) => {
    const part = values.subarray(from, from + entriesOf(spec.shape));
    from += part.length;
    return isMatrix(spec) ? quantiseMatrix(prune(part, keepShare), spec.shape[spec.shape.length - 1]) : Array.from(part);
  });
  return { encoding: 'int8-per-column', keepShare, parameters };
}

/** All weights one after the other, as the network reads them. @throws InvalidData when they are not of these parameters */
export function expandWeights(specs: readonly ParameterSpec[], { encoding, parameters }: QuantisedWeights): Float64Array {
  if (encoding !== 'int8-per-column') throw new InvalidData(`expected weights in the encoding int8-per-column, found ${String(encoding)}`);
  if (parameters.length !== specs.length) throw new InvalidData(`expected ${specs.length} compressed parameters, found ${parameters.length}`);
  const flat = new Float64Array(specs.reduce((sum, { shape }) => sum + entriesOf(shape), 0));
  let from = 0;
  specs.forEach(({ name, shape }, i) => {
    const parameter = parameters[i];
    const entries = entriesOf(shape);
    const part = 'steps' in parameter ? expandMatrix(parameter, { name, entries }) : parameter;
    if (part.length !== entries) throw new InvalidData(`expected ${entries} weights of ${name}, found ${part.length}`);
    flat.set(part, from);
    from += entries;
  });
  return flat;
}

/** Weight matrices are those that are drawn by their inputs and outputs; all else is small, and adds up over layers. */
function isMatrix({ initial }: ParameterSpec): boolean {
  return initial === 'fan';
}

/** A copy in which the weights of least magnitude are 0; of equal ones the earlier are kept. */
function prune(values: Float64Array, keepShare: number): Float64Array {
  const kept = Math.max(1, Math.round(keepShare * values.length));
  const order = Array.from(values.keys()).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b);
  const out = new Float64Array(values.length);
  for (const at of order.slice(0, kept)) out[at] = values[at];
  return out;
}

function quantiseMatrix(values: Float64Array, columns: number): QuantisedMatrix {
  const largest = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) largest[i % columns] = Math.max(largest[i % columns], Math.abs(values[i]));
  const steps = Array.from(largest, (most) => Number(((most / MOST) * STEP_MARGIN).toPrecision(STEP_DIGITS)));
  const multiples = Int8Array.from(values, (value, i) => (steps[i % columns] === 0 ? 0 : Math.round(value / steps[i % columns])));
  const kept = multiples.filter((multiple) => multiple !== 0);
  if (kept.length + Math.ceil(values.length / 8) >= values.length) return { steps, values: textOf(multiples), mask: null };
  const mask = new Uint8Array(Math.ceil(values.length / 8));
  multiples.forEach((multiple, i) => {
    if (multiple !== 0) mask[i >> 3] |= 1 << (i & 7);
  });
  return { steps, values: textOf(kept), mask: bytesToText(mask) };
}

function expandMatrix({ steps, values, mask }: QuantisedMatrix, { name, entries }: { name: string; entries: number }): Float64Array {
  const multiples = new Int8Array(textToBytes(values).buffer);
  const bits = mask === null ? null : textToBytes(mask);
  const out = new Float64Array(entries);
  let next = 0;
  for (let i = 0; i < entries; i++) {
    if (bits === null || (bits[i >> 3] & (1 << (i & 7))) !== 0) out[i] = multiples[next++] * steps[i % steps.length];
  }
  if (next !== multiples.length || steps.length === 0 || entries % steps.length !== 0 || !out.every(Number.isFinite)) {
    throw new InvalidData(`expected ${next} multiples of whole columns of ${name}, found ${multiples.length} in ${steps.length} columns of ${entries} weights`);
  }
  return out;
}

function textOf(multiples: Int8Array): string {
  return bytesToText(new Uint8Array(multiples.buffer, multiples.byteOffset, multiples.length));
}

function checkFinite(values: Float64Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InvalidData(`expected finite weights, found ${values[bad]} at ${bad}`);
}

function checkLength(found: number, specs: readonly ParameterSpec[]): void {
  const expected = specs.reduce((sum, { shape }) => sum + entriesOf(shape), 0);
  if (found !== expected) throw new RangeError(`expected ${expected} weights, found ${found}`);
}
