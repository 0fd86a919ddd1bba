/** Gated residual networks (Lim, Arik, Loeff and Pfister 2021, equations 2 to 5): a layer that can shut itself off and leave its input as it is. */
import { applyDense, applyNorm, denseSpecs, normSpecs } from './layers.js';
import type { NetworkOps } from './network-ops.js';
import type { ParameterSpec } from './network.js';

/** Parameters of `gatedSkip`. */
export function gateSpecs(name: string, inputs: number, outputs = inputs): readonly ParameterSpec[] {
  return [...denseSpecs(`${name}.value`, inputs, outputs), ...denseSpecs(`${name}.open`, inputs, outputs), ...normSpecs(`${name}.norm`, outputs)];
}

/** Parameters of `gatedResidual`. */
export function residualSpecs(name: string, width: number): readonly ParameterSpec[] {
  return [...denseSpecs(`${name}.first`, width, width), ...denseSpecs(`${name}.second`, width, width), ...gateSpecs(`${name}.gate`, width)];
}

export interface Gated<T> {
  /** Prefix of the parameters. */
  readonly name: string;
  /** [... x inputs] */
  readonly x: T;
  /** Of dropout before the gate. */
  readonly rate: number;
}

/** norm(skip + sigmoid(x O + o) (x V + v)), [... x outputs]. */
export function gatedSkip<T>(ops: NetworkOps<T>, weights: (name: string) => T, { name, x, rate, skip }: Gated<T> & { readonly skip: T }): T {
  const dropped = ops.dropout(x, rate);
  const value = applyDense(ops, weights, { name: `${name}.value`, x: dropped });
  const open = applyDense(ops, weights, { name: `${name}.open`, x: dropped, activation: 'sigmoid' });
  return applyNorm(ops, weights, { name: `${name}.norm`, x: ops.add(skip, ops.multiply(open, value)) });
}

/** Two layers with ELU between, behind a gate beside the input itself; the shape of x. */
export function gatedResidual<T>(ops: NetworkOps<T>, weights: (name: string) => T, { name, x, rate }: Gated<T>): T {
  const inner = applyDense(ops, weights, { name: `${name}.first`, x, activation: 'elu' });
  return gatedSkip(ops, weights, { name: `${name}.gate`, x: applyDense(ops, weights, { name: `${name}.second`, x: inner }), rate, skip: x });
}
