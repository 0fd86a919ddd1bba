/**
 * Variable selection (Lim, Arik, Loeff and Pfister 2021, equations 6 to 8): each variable has an affine embedding and a gated
 * residual network of its own; what those give is added up by softmax weights, which another gated residual network computes
 * from all embeddings side by side. The networks of all variables are one product with a batch dimension over the variables.
 */
import { gateSpecs, gatedSkip } from './gated-residual.js';
import { applyDense, denseSpecs } from './layers.js';
import type { Activation, NetworkOps } from './network-ops.js';
import type { ParameterSpec } from './network.js';

type Weights<T> = (name: string) => T;

/** Parameters of the selection among `features` variables, each embedded in `width` channels. */
export function selectionSpecs(features: number, width: number): readonly ParameterSpec[] {
  return [
    ...eachSpecs('embedding', features, [1, width]),
    ...denseSpecs('selection.first', features * width, width),
    ...denseSpecs('selection.second', width, width),
    ...denseSpecs('selection.skip', features * width, features),
    ...gateSpecs('selection.gate', width, features),
    ...['first', 'second', 'value', 'open'].flatMap((layer) => eachSpecs(`variable.${layer}`, features, [width, width])),
    { name: 'variable.gain', shape: [features, 1, width], initial: 'ones' },
    { name: 'variable.bias', shape: [features, 1, width], initial: 'zeros' },
  ];
}

interface Selecting<T> {
  readonly x: T;
  /** Channels of an embedding. */
  readonly width: number;
  /** Of dropout. */
  readonly rate: number;
}

/** [window x examples x width] selected from x [window x examples x features], and the weights of the variables, of the shape of x. */
export function selectVariables<T>(ops: NetworkOps<T>, weights: Weights<T>, { x, width, rate }: Selecting<T>): { readonly selected: T; readonly variables: T } {
  const [window, examples, features] = ops.shape(x);
  const variables = ops.softmax(scoreVariables(ops, weights, { x, width, rate }));
  const byVariable = (values: T): T => ops.reshape(ops.transpose(values, [2, 0, 1]), [features, window * examples, 1]);
  const weighted = ops.multiply(transformEach(ops, weights, { x: byVariable(x), width, rate }), byVariable(variables));
  return { selected: ops.reshape(ops.sum(weighted, 0), [window, examples, width]), variables };
}

/** Equation 6 before its softmax. */
function scoreVariables<T>(ops: NetworkOps<T>, weights: Weights<T>, { x, width, rate }: Selecting<T>): T {
  const inner = denseOfEmbeddings(ops, weights, { name: 'selection.first', x, width, activation: 'elu' });
  const second = applyDense(ops, weights, { name: 'selection.second', x: inner });
  const skip = denseOfEmbeddings(ops, weights, { name: 'selection.skip', x, width, activation: 'none' });
  return gatedSkip(ops, weights, { name: 'selection.gate', x: second, rate, skip });
}

/**
 * A dense layer over all embeddings side by side. The embeddings are affine in the variables, and so is their product with the
 * kernel: it is taken with the slopes and offsets instead, and [window x examples x (features x width)] is never laid out.
 */
function denseOfEmbeddings<T>(
  ops: NetworkOps<T>,
  weights: Weights<T>,
  { name, x, width, activation }: { readonly name: string; readonly x: T; readonly width: number; readonly activation: Activation },
): T {
  const bias = weights(`${name}.bias`);
  const [features, outputs] = [ops.shape(x)[2], ops.shape(bias)[0]];
  const kernel = ops.reshape(weights(`${name}.kernel`), [features, width, outputs]);
  const product = (part: string): T => ops.reshape(ops.matMul(weights(`embedding.${part}`), kernel, false), [features, outputs]);
  return ops.dense(x, { kernel: product('kernel'), bias: ops.add(ops.sum(product('bias'), 0), bias) }, activation);
}

/** Equation 7, [features x rows x width], of x [features x rows x 1]. */
function transformEach<T>(ops: NetworkOps<T>, weights: Weights<T>, { x, width, rate }: Selecting<T>): T {
  const embedded = denseOfEach(ops, weights, { name: 'embedding', x });
  const inner = ops.activate(denseOfEach(ops, weights, { name: 'variable.first', x: embedded }), 'elu');
  const second = ops.dropout(denseOfEach(ops, weights, { name: 'variable.second', x: inner }), rate);
  const open = ops.activate(denseOfEach(ops, weights, { name: 'variable.open', x: second }), 'sigmoid');
  const summed = ops.add(embedded, ops.multiply(open, denseOfEach(ops, weights, { name: 'variable.value', x: second })));
  const [gain, bias] = [1, 0].map((value) => ops.constant(new Float32Array(width).fill(value), [width]));
  return ops.add(ops.multiply(ops.layerNorm(summed, { gain, bias }), weights('variable.gain')), weights('variable.bias'));
}

/** A dense layer of each variable's own, [features x rows x outputs] of x [features x rows x inputs]. */
function denseOfEach<T>(ops: NetworkOps<T>, weights: Weights<T>, { name, x }: { readonly name: string; readonly x: T }): T {
  return ops.add(ops.matMul(x, weights(`${name}.kernel`), false), weights(`${name}.bias`));
}

function eachSpecs(name: string, features: number, [inputs, outputs]: readonly [number, number]): readonly ParameterSpec[] {
  return [
    { name: `${name}.kernel`, shape: [features, inputs, outputs], initial: 'fan' },
    { name: `${name}.bias`, shape: [features, 1, outputs], initial: 'zeros' },
  ];
}
