/** A saved network made smaller: the same family reads it, and it predicts in the same plain arithmetic. */
import { InvalidData } from '../errors.js';
import { decodeModel, encodeModel } from '../models/model-bytes.js';
import type { NetworkState } from './network-classifier.js';
import type { Network } from './network.js';
import { quantiseWeights } from './quantised-weights.js';

export interface Compression {
  /** Share of each weight matrix that is kept, those of greatest magnitude; in (0, 1]. Default 1: all of it, in eight bits. */
  readonly keepShare?: number;
}

/**
 * The bytes of the saved network with its weight matrices in eight bits (`weights` says how). Everything else is as it was; the
 * network is not trained again, so a small share costs accuracy.
 * @throws InvalidData when the bytes are no model of this network, or are compressed already; RangeError on the share
 */
export function compressNetwork(network: Network, bytes: Uint8Array, { keepShare = 1 }: Compression = {}): Uint8Array {
  const { schema: _, version: __, family, featureNames, ...state } = decodeModel<NetworkState>(bytes, [network.id]);
  if ('encoding' in state.weights) throw new InvalidData(`expected a ${family} model that is not compressed, found one in ${state.weights.encoding}`);
  const weights = quantiseWeights(network.parameters(state.size), state.weights, keepShare);
  return encodeModel<NetworkState>(family, featureNames, { ...state, weights });
}
