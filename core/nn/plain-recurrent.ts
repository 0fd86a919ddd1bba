/** LSTM and GRU in plain double arithmetic. */
import type { GruWeights, LstmWeights } from './network-ops.js';
import type { PlainTensor } from './plain-tensor.js';
import { plainZeros } from './plain-tensor.js';
import { addProduct, sigmoid } from './plain-dense.js';

/** Hidden states of an LSTM from zero states; an absent position leaves them as they are. */
export function plainLstm(x: PlainTensor, absent: PlainTensor | null, { kernel, recurrent, bias }: LstmWeights<PlainTensor>): PlainTensor {
  const [window, examples, features] = x.shape;
  const [units] = recurrent.shape;
  const states = plainZeros([window, examples, units]);
  const cells = new Float64Array(examples * units);
  const z = new Float64Array(4 * units);
  for (let t = 0; t < window; t++) {
    for (let i = 0; i < examples; i++) {
      const [at, from] = [(t * examples + i) * units, ((t - 1) * examples + i) * units];
      const isAbsent = absent?.values[t * examples + i] === 1;
      if (isAbsent && t > 0) states.values.copyWithin(at, from, from + units);
      if (isAbsent) continue;
      z.set(bias.values);
      addProduct(z, { vector: x.values, from: (t * examples + i) * features, length: features }, { matrix: kernel.values, first: 0 });
      if (t > 0) addProduct(z, { vector: states.values, from, length: units }, { matrix: recurrent.values, first: 0 });
      for (let j = 0; j < units; j++) {
        const cell = i * units + j;
        cells[cell] = sigmoid(z[units + j]) * cells[cell] + sigmoid(z[j]) * Math.tanh(z[2 * units + j]);
        states.values[at + j] = sigmoid(z[3 * units + j]) * Math.tanh(cells[cell]);
      }
    }
  }
  return states;
}

/** Hidden states of a GRU from zero states; an absent position leaves them as they are. */
export function plainGru(x: PlainTensor, absent: PlainTensor | null, weights: GruWeights<PlainTensor>): PlainTensor {
  const [window, examples, features] = x.shape;
  const units = weights.candidateBias.values.length;
  const states = plainZeros([window, examples, units]);
  const gates = new Float64Array(2 * units);
  const candidate = new Float64Array(units);
  const reset = new Float64Array(units);
  for (let t = 0; t < window; t++) {
    for (let i = 0; i < examples; i++) {
      const [at, from] = [(t * examples + i) * units, ((t - 1) * examples + i) * units];
      const isAbsent = absent?.values[t * examples + i] === 1;
      if (isAbsent && t > 0) states.values.copyWithin(at, from, from + units);
      if (isAbsent) continue;
      const input = { vector: x.values, from: (t * examples + i) * features, length: features };
      gates.set(weights.gatesBias.values);
      addProduct(gates, input, { matrix: weights.gates.values, first: 0 });
      if (t > 0) addProduct(gates, { vector: states.values, from, length: units }, { matrix: weights.gates.values, first: features });
      const previous = (j: number): number => (t > 0 ? states.values[from + j] : 0);
      for (let j = 0; j < units; j++) reset[j] = sigmoid(gates[j]) * previous(j);
      candidate.set(weights.candidateBias.values);
      addProduct(candidate, input, { matrix: weights.candidate.values, first: 0 });
      addProduct(candidate, { vector: reset, from: 0, length: units }, { matrix: weights.candidate.values, first: features });
      for (let j = 0; j < units; j++) {
        const update = sigmoid(gates[units + j]);
        states.values[at + j] = update * previous(j) + (1 - update) * Math.tanh(candidate[j]);
      }
    }
  }
  return states;
}
