import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { compileGraph } from '../../../adapters/tensor-backend/compile-graph.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import type { NodeBackend } from '../../../adapters/tensor-backend/node-backend.js';
import { ProtobufWriter } from '../../../adapters/tensor-backend/protobuf-writer.js';
import type { TensorFunction } from '../../../core/nn/tensor-backend.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';

before(async () => {
  if (skip === false) await openTensorBackend();
});

/** Output of a compiled function for other inputs than those it was compiled on. */
function compiledOn(compute: TensorFunction, example: readonly tf.Tensor[], given: readonly tf.Tensor[]): readonly number[] {
  const compiled = compileGraph(compute, example);
  const [out] = compiled.run(given) as [tf.Tensor];
  const values = Array.from(out.dataSync());
  compiled.dispose();
  tf.dispose([out, ...example, ...given]);
  return values;
}

test('the wire format is that of the examples of protobuf.dev, and of a negative number', () => {
  const bytes = (writer: ProtobufWriter): string => Buffer.from(writer.finish()).toString('hex');
  assert.equal(bytes(new ProtobufWriter().whole(1, 150)), '089601');
  assert.equal(bytes(new ProtobufWriter().bytes(2, 'testing')), '120774657374696e67');
  assert.equal(bytes(new ProtobufWriter().bytes(3, new ProtobufWriter().whole(1, 150))), '1a03089601');
  assert.equal(bytes(new ProtobufWriter().whole(1, -2)), '08feffffffffffffffff01');
  assert.equal(bytes(new ProtobufWriter().single(4, 1)), '250000803f');
});

test('a compiled function answers for its inputs, by hand: constants stay, inputs do not', { skip }, () => {
  const line: TensorFunction = ([x, slope]) => [tf.add(tf.mul(x!, slope!), tf.tensor1d([10, 20, 30]))];
  assert.deepEqual(compiledOn(line, [tf.tensor1d([1, 2, 3]), tf.scalar(2)], [tf.tensor1d([4, 5, 6]), tf.scalar(-1)]), [6, 15, 24]);
  // A constant with one value throughout is stored as that value.
  const filled: TensorFunction = ([x]) => [tf.concat([x!, tf.fill([2, 2], 7), tf.zeros([1, 2])])];
  assert.deepEqual(compiledOn(filled, [tf.tensor2d([[1, 2]])], [tf.tensor2d([[3, 4]])]), [3, 4, 7, 7, 7, 7, 0, 0]);
});

test('attributes of every kind pass: whole numbers, flags, lists, types and texts', { skip }, () => {
  const sum: TensorFunction = ([x]) => [tf.sum(tf.cast(tf.greater(x!, 2), 'float32'), 1, true)];
  assert.deepEqual(compiledOn(sum, [tf.tensor2d([[1, 2, 3]])], [tf.tensor2d([[3, 4, 0]])]), [2]);
  const split: TensorFunction = ([x]) => [tf.stack(tf.unstack(tf.transpose(x!)).reverse())];
  assert.deepEqual(compiledOn(split, [tf.tensor2d([[1, 2]])], [tf.tensor2d([[3, 4]])]), [4, 3]);
  const convolved: TensorFunction = ([x]) => [tf.conv2d(x as tf.Tensor4D, tf.ones([1, 2, 1, 1]) as tf.Tensor4D, 1, 'valid')];
  assert.deepEqual(compiledOn(convolved, [tf.zeros([1, 1, 3, 1])], [tf.tensor4d([1, 2, 4], [1, 1, 3, 1])]), [3, 6]);
});

test('a gradient is compiled with its function: that of x cubed is 3 x squared', { skip }, () => {
  const slope: TensorFunction = ([x]) => [tf.grad((at) => tf.sum(tf.mul(at, tf.square(at))))(x!)];
  assert.deepEqual(compiledOn(slope, [tf.tensor1d([1, 2])], [tf.tensor1d([3, -1])]), [27, 3]);
});

test('an input that is an output comes back as it is', { skip }, () => {
  assert.deepEqual(
    compiledOn(([x]) => [x!], [tf.tensor1d([1])], [tf.tensor1d([5])]),
    [5],
  );
});

test('a tensor that is neither an input nor made within is refused, as is reading a value: a graph would hold this one', { skip }, () => {
  const [x, other] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
  tf.add(other, 0).dispose();
  assert.throws(() => compileGraph(([input]) => [tf.add(input!, other)], [x]), /expected tensor \d+ to be an input or to be made within/);
  assert.throws(() => compileGraph(([input]) => [tf.mul(input!, tf.add(input!, 1).dataSync()[0]!)], [x]), /expected no values to be read/);
  // What was recorded is left as it was: the backend goes on.
  assert.deepEqual(Array.from(tf.add(x, other).dataSync()), [4, 6]);
  tf.dispose([x, other]);
});

test('what cannot run as a graph says so when it is compiled, and leaves no tensor, session or folder', { skip }, () => {
  const { binding } = tf.backend() as unknown as NodeBackend;
  const x = tf.tensor1d([1, 2]);
  const before = [tf.memory().numTensors, binding.getNumOfSavedModels()];
  assert.throws(() => compileGraph(([input]) => [tf.expandDims(input!, 0)], [x]), /No attr named 'T'/);
  assert.deepEqual([tf.memory().numTensors, binding.getNumOfSavedModels()], before);
  assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith(`ares-graph-${process.pid}-`)).length, 0);
  x.dispose();
});

test('300 graphs, run and disposed of, leave no session, tensor or folder, and less than 30 MiB', { skip }, () => {
  const { binding } = tf.backend() as unknown as NodeBackend;
  const x = tf.ones([64, 64]) as tf.Tensor2D;
  const once = (): void => {
    const compiled = compileGraph(([input]) => [tf.relu(tf.matMul(input as tf.Tensor2D, tf.randomNormal([64, 64]) as tf.Tensor2D))], [x]);
    tf.dispose(compiled.run([x]));
    compiled.dispose();
  };
  for (let i = 0; i < 100; i++) once();
  const before = [tf.memory().numTensors, binding.getNumOfSavedModels()];
  const { rss } = process.memoryUsage();
  for (let i = 0; i < 200; i++) once();
  assert.deepEqual([tf.memory().numTensors, binding.getNumOfSavedModels()], before);
  const grown = (process.memoryUsage().rss - rss) / 2 ** 20;
  assert.ok(grown < 30, `${grown} MiB`);
  assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith(`ares-graph-${process.pid}-`)).length, 0);
  x.dispose();
});
