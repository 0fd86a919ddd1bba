/** What a search may choose from: one entry a parameter, in a fixed order that the random draws follow. */
import type { Random } from '../stats/random.js';

export type ParameterValue = number | string;

/** A dimension of the space. Bounds are inclusive; `log` spreads a float or integer evenly over its logarithm (low > 0). */
export type Dimension =
  | { readonly kind: 'float'; readonly low: number; readonly high: number; readonly log?: boolean }
  | { readonly kind: 'int'; readonly low: number; readonly high: number; readonly log?: boolean }
  | { readonly kind: 'choice'; readonly values: readonly ParameterValue[] };

/** Parameters by name; the order of keys is the order of drawing. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

/** One point of a space. */
export type ParameterSet = Readonly<Record<string, ParameterValue>>;

/**
 * The space, once every dimension has a range to draw from.
 * @throws RangeError naming the parameter and what was found.
 */
export function checkSearchSpace(space: SearchSpace): SearchSpace {
  for (const [name, dimension] of Object.entries(space)) {
    if (dimension.kind === 'choice') {
      if (dimension.values.length === 0) throw new RangeError(`expected parameter ${name} to have at least one choice, found none`);
      continue;
    }
    const { low, high } = dimension;
    if (!Number.isFinite(low) || !(high >= low) || !Number.isFinite(high))
      throw new RangeError(`expected low <= high in parameter ${name}, found ${low} and ${high}`);
    if (dimension.log === true && low <= 0) throw new RangeError(`expected low above 0 in log parameter ${name}, found ${low}`);
    if (dimension.kind === 'int' && !(Number.isInteger(low) && Number.isInteger(high))) {
      throw new RangeError(`expected whole bounds in integer parameter ${name}, found ${low} and ${high}`);
    }
  }
  return space;
}

/** A point drawn evenly from the space (evenly over the logarithm where `log`); one uniform number a dimension. */
export function drawParameters(space: SearchSpace, random: Random): ParameterSet {
  return Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, drawDimension(dimension, random)]));
}

function drawDimension(dimension: Dimension, random: Random): ParameterValue {
  if (dimension.kind === 'choice') return dimension.values[random.below(dimension.values.length)];
  const [low, high] = internalBounds(dimension);
  return fromInternal(dimension, low + random.uniform() * (high - low));
}

/**
 * Bounds of a numeric dimension on the scale that samplers work on: the logarithm where `log`; an integer reaches half
 * a step beyond its bounds, so every integer has an equal share.
 */
export function internalBounds(dimension: Exclude<Dimension, { kind: 'choice' }>): readonly [number, number] {
  const margin = dimension.kind === 'int' ? 0.5 : 0;
  const scale = dimension.log === true ? Math.log : (value: number) => value;
  return [scale(dimension.low - margin), scale(dimension.high + margin)];
}

/** A value on the samplers' scale. */
export function toInternal(dimension: Exclude<Dimension, { kind: 'choice' }>, value: number): number {
  return dimension.log === true ? Math.log(value) : value;
}

/** The value of a number on the samplers' scale: rounded if an integer, within the bounds. */
export function fromInternal(dimension: Exclude<Dimension, { kind: 'choice' }>, internal: number): number {
  const raw = dimension.log === true ? Math.exp(internal) : internal;
  const value = dimension.kind === 'int' ? Math.round(raw) : raw;
  return Math.min(dimension.high, Math.max(dimension.low, value));
}
