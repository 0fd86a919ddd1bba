import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkOps } from '../../../core/nn/network-ops.js';
import { NORM_EPSILON } from '../../../core/nn/network-ops.js';
import { drawParameters } from '../../../core/nn/network.js';
import { PLAIN_OPS } from '../../../core/nn/plain-ops.js';
import type { PlainTensor } from '../../../core/nn/plain-tensor.js';
import { selectVariables, selectionSpecs } from '../../../core/nn/variable-selection.js';
import { makeRandom } from '../../../core/stats/random.js';

const WIDTH = 3;
const [WINDOW, EXAMPLES] = [2, 2];

/** Weights of the selection among so many variables, none at exactly 0 or 1. */
function weightsOf(features: number): (name: string) => PlainTensor {
  const random = makeRandom(4);
  const named = selectionSpecs(features, WIDTH).map((spec) => {
    const values = Float64Array.from(drawParameters([spec], random), (weight) => weight + 0.3 * random.normal());
    return [spec.name, { shape: spec.shape, values }] as const;
  });
  const all: Readonly<Record<string, PlainTensor>> = Object.fromEntries(named);
  return (name) => all[name]!;
}

function inputOf(features: number): PlainTensor {
  const random = makeRandom(5);
  return { shape: [WINDOW, EXAMPLES, features], values: Float64Array.from({ length: WINDOW * EXAMPLES * features }, () => random.normal()) };
}

type Layer = (name: string, x: readonly number[]) => readonly number[];

const elu = (z: number): number => (z > 0 ? z : Math.exp(z) - 1);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Equations 2 to 5: norm(skip + sigmoid(W4 y) (W5 y)), y = W1 elu(W2 x). */
function gatedResidual(
  layer: Layer,
  x: readonly number[],
  names: { readonly [of in 'first' | 'second' | 'open' | 'value']: string } & { skip?: string },
): readonly number[] {
  const y = layer(names.second, layer(names.first, x).map(elu));
  const [open, value] = [layer(names.open, y), layer(names.value, y)];
  const skip = names.skip === undefined ? x : layer(names.skip, x);
  const total = skip.map((s, i) => s + value[i]! / (1 + Math.exp(-open[i]!)));
  const mean = sum(total) / total.length;
  const variance = sum(total.map((z) => (z - mean) ** 2)) / total.length;
  return total.map((z) => (z - mean) / Math.sqrt(variance + NORM_EPSILON));
}

test('the selection is that of equations 6 to 8 written out variable by variable', () => {
  const features = 3;
  const weights = weightsOf(features);
  const x = inputOf(features);
  const { selected, variables } = selectVariables(PLAIN_OPS, weights, { x, width: WIDTH, rate: 0 });
  /** The dense layer of that name; of one variable where its parameters have an axis of variables. */
  const layerOf =
    (variable: number): Layer =>
    (name, input) => {
      const [kernel, bias] = [weights(`${name}.kernel`), weights(`${name}.bias`)];
      const outputs = bias.shape.at(-1)!;
      const at = kernel.shape.length === 3 ? variable : 0;
      return Array.from({ length: outputs }, (_, o) => {
        const products = input.map((value, i) => value * kernel.values[(at * input.length + i) * outputs + o]!);
        return sum(products) + bias.values[at * outputs + o]!;
      });
    };
  for (let row = 0; row < WINDOW * EXAMPLES; row++) {
    const each = Array.from({ length: features }, (_, j) => layerOf(j)('embedding', [x.values[row * features + j]!]));
    const flattened = each.flat();
    const names = { first: 'selection.first', second: 'selection.second', open: 'selection.gate.open', value: 'selection.gate.value', skip: 'selection.skip' };
    const [gain, offset] = [weights('selection.gate.norm.gain').values, weights('selection.gate.norm.bias').values];
    const scores = gatedResidual(layerOf(0), flattened, names).map((z, j) => Math.exp(z * gain[j]! + offset[j]!));
    const shares = scores.map((score) => score / sum(scores));
    const ownNames = { first: 'variable.first', second: 'variable.second', open: 'variable.open', value: 'variable.value' };
    const expected = new Array<number>(WIDTH).fill(0);
    each.forEach((embedded, j) => {
      gatedResidual(layerOf(j), embedded, ownNames).forEach((z, k) => {
        expected[k]! += shares[j]! * (z * weights('variable.gain').values[j * WIDTH + k]! + weights('variable.bias').values[j * WIDTH + k]!);
      });
    });
    shares.forEach((share, j) => assert.ok(Math.abs(variables.values[row * features + j]! - share) < 1e-12, `weight of ${j} in row ${row}`));
    expected.forEach((value, k) => assert.ok(Math.abs(selected.values[row * WIDTH + k]! - value) < 1e-12, `channel ${k} of row ${row}`));
  }
});

test('as many operations select among 30 variables as among 3', () => {
  const callsWith = (features: number): number => {
    let calls = 0;
    const counting = Object.fromEntries(
      Object.entries(PLAIN_OPS).map(([name, operation]) => [
        name,
        (...args: readonly unknown[]): unknown => {
          calls++;
          return (operation as (...all: readonly unknown[]) => unknown)(...args);
        },
      ]),
    ) as unknown as NetworkOps<PlainTensor>;
    const { selected } = selectVariables(counting, weightsOf(features), { x: inputOf(features), width: WIDTH, rate: 0 });
    assert.deepEqual(selected.shape, [WINDOW, EXAMPLES, WIDTH]);
    return calls;
  };
  assert.ok(callsWith(3) > 20);
  assert.equal(callsWith(30), callsWith(3));
});

test('each variable\u2019s kernels are drawn as if it were alone, and no two alike', () => {
  const spec = selectionSpecs(50, 4).find(({ name }) => name === 'variable.first.kernel')!;
  assert.deepEqual(spec.shape, [50, 4, 4]);
  const values = drawParameters([spec], makeRandom(1));
  const bound = Math.sqrt(6 / 8);
  const largest = Math.max(...values.map(Math.abs));
  assert.ok(largest <= bound && largest > 0.95 * bound, `${largest}, bound ${bound}`);
  assert.equal(new Set(values).size, values.length);
});
