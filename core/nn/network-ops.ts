/**
 * The operations that a network is written in. Two implementations: tensors of the tfjs backend in use, with gradients
 * (tensor-ops.ts, training), and plain arithmetic (plain-ops.ts, prediction without any backend).
 */

export type Activation = 'none' | 'relu' | 'elu' | 'tanh' | 'sigmoid';

/** Gates i, f, c, o side by side (the order of TensorFlow's BlockLSTMV2 and of PyTorch). */
export interface LstmWeights<T> {
  /** [features x 4 units] */
  readonly kernel: T;
  /** [units x 4 units] */
  readonly recurrent: T;
  /** [4 units] */
  readonly bias: T;
}

/** Reset and update gate side by side, then the candidate (Cho et al. 2014; TensorFlow's GRUBlockCell). */
export interface GruWeights<T> {
  /** [(features + units) x 2 units] */
  readonly gates: T;
  /** [2 units] */
  readonly gatesBias: T;
  /** [(features + units) x units] */
  readonly candidate: T;
  /** [units] */
  readonly candidateBias: T;
}

export interface ConvolutionWeights<T> {
  /** [(kernel x channels) x filters], the oldest tap first. */
  readonly kernel: T;
  /** [filters] */
  readonly bias: T;
}

/** T is a tensor of any rank. Sequences are [time x examples x channels]; sums run over each example alone. */
export interface NetworkOps<T> {
  shape(x: T): readonly number[];
  /** Constant values, row-major. */
  constant(values: Float32Array, shape: readonly number[]): T;
  reshape(x: T, shape: readonly number[]): T;
  slice(x: T, begin: readonly number[], size: readonly number[]): T;
  concat(xs: readonly T[], axis: number): T;
  transpose(x: T, order: readonly number[]): T;
  /** Broadcast as in NumPy. */
  add(a: T, b: T): T;
  multiply(a: T, b: T): T;
  scale(x: T, factor: number): T;
  sum(x: T, axis: number): T;
  max(x: T, axis: number): T;
  softplus(x: T): T;
  activate(x: T, activation: Activation): T;
  /** Over the last axis. */
  softmax(x: T): T;
  /** Of the last two axes, the others equal. */
  matMul(a: T, b: T, transposeB: boolean): T;
  /** Last axis times [inputs x outputs], plus the bias. */
  dense(x: T, weights: { readonly kernel: T; readonly bias: T }, activation: Activation): T;
  /** Last axis to mean 0 and variance 1 (plus 1e-5), times gain, plus bias. */
  layerNorm(x: T, weights: { readonly gain: T; readonly bias: T }): T;
  /** Convolution over time that sees no later position; zeros lie before the first. */
  causalConvolution(x: T, weights: ConvolutionWeights<T>, size: { readonly kernel: number; readonly dilation: number }): T;
  /** Hidden states [time x examples x units] from zero states; positions marked in `absent` (1 in [time x examples x 1]) leave the state as it is. */
  lstm(x: T, absent: T | null, weights: LstmWeights<T>): T;
  gru(x: T, absent: T | null, weights: GruWeights<T>): T;
  /** Zeroes entries at the rate and scales the others up, while training; else x itself. */
  dropout(x: T, rate: number): T;
}

/** Added to the gate of an absent position: its sigmoid is exactly 0 or 1 in single precision. */
export const GATE_SHUT = 1e4;
/** Added to the score of a position that may not be looked at. */
export const SCORE_MASKED = -1e9;
export const NORM_EPSILON = 1e-5;
