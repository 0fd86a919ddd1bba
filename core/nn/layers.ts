/** Specs of the parameters that layers need, and their look-up by prefix. */
import type { Activation, NetworkOps } from './network-ops.js';
import type { ParameterSpec } from './network.js';

type Weights<T> = (name: string) => T;

/** Kernel and bias of a dense layer. */
export function denseSpecs(name: string, inputs: number, outputs: number): readonly ParameterSpec[] {
  return [
    { name: `${name}.kernel`, shape: [inputs, outputs], initial: 'fan' },
    { name: `${name}.bias`, shape: [outputs], initial: 'zeros' },
  ];
}

/** Gain and bias of a layer normalisation. */
export function normSpecs(name: string, width: number): readonly ParameterSpec[] {
  return [
    { name: `${name}.gain`, shape: [width], initial: 'ones' },
    { name: `${name}.bias`, shape: [width], initial: 'zeros' },
  ];
}

/** Kernel and bias of a convolution. */
export function convolutionSpecs(name: string, { kernel, channels, filters }: { kernel: number; channels: number; filters: number }): readonly ParameterSpec[] {
  return denseSpecs(name, kernel * channels, filters);
}

/** Kernels and bias of an LSTM. */
export function lstmSpecs(name: string, inputs: number, units: number): readonly ParameterSpec[] {
  return [
    { name: `${name}.kernel`, shape: [inputs, 4 * units], initial: 'fan' },
    { name: `${name}.recurrent`, shape: [units, 4 * units], initial: 'fan' },
    { name: `${name}.bias`, shape: [4 * units], initial: 'forget' },
  ];
}

/** Kernels and biases of a GRU. */
export function gruSpecs(name: string, inputs: number, units: number): readonly ParameterSpec[] {
  return [
    { name: `${name}.gates`, shape: [inputs + units, 2 * units], initial: 'fan' },
    { name: `${name}.gatesBias`, shape: [2 * units], initial: 'ones' },
    { name: `${name}.candidate`, shape: [inputs + units, units], initial: 'fan' },
    { name: `${name}.candidateBias`, shape: [units], initial: 'zeros' },
  ];
}

/** Output of the dense layer of that name. */
export function applyDense<T>(ops: NetworkOps<T>, weights: Weights<T>, { name, x, activation = 'none' }: { name: string; x: T; activation?: Activation }): T {
  return ops.dense(x, { kernel: weights(`${name}.kernel`), bias: weights(`${name}.bias`) }, activation);
}

/** Output of the layer normalisation of that name. */
export function applyNorm<T>(ops: NetworkOps<T>, weights: Weights<T>, { name, x }: { name: string; x: T }): T {
  return ops.layerNorm(x, { gain: weights(`${name}.gain`), bias: weights(`${name}.bias`) });
}

/** Hidden states of the LSTM of that name. */
export function applyLstm<T>(ops: NetworkOps<T>, weights: Weights<T>, { name, x, absent }: { name: string; x: T; absent: T | null }): T {
  return ops.lstm(x, absent, { kernel: weights(`${name}.kernel`), recurrent: weights(`${name}.recurrent`), bias: weights(`${name}.bias`) });
}

/** Entries of the newest position, [examples x channels] out of [window x examples x channels]. */
export function lastPosition<T>(ops: NetworkOps<T>, x: T): T {
  const [window, examples, channels] = ops.shape(x);
  return ops.reshape(ops.slice(x, [window - 1, 0, 0], [1, examples, channels]), [examples, channels]);
}

/** x with absent positions set to 0. */
export function withoutAbsent<T>(ops: NetworkOps<T>, x: T, absent: T | null): T {
  if (absent === null) return x;
  const present = ops.add(ops.scale(absent, -1), ops.constant(Float32Array.of(1), [1]));
  return ops.multiply(x, present);
}
