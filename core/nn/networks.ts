/** Every network, and the ensembles of networks. To add one is a file and a line here; the conformance suites cover it. */
import { cnn } from './cnn.js';
import { gruAttention } from './gru-attention.js';
import { lstm } from './lstm.js';
import { mlp } from './mlp.js';
import type { Network } from './network.js';
import { tcn } from './tcn.js';
import { temporalFusion } from './temporal-fusion.js';
import { transformer } from './transformer.js';

/** All networks, each under an id of its own. */
export const NETWORKS: readonly Network[] = Object.freeze([mlp, cnn, lstm, gruAttention, tcn, transformer, temporalFusion]);

/** A network whose fits by several seeds are averaged. */
export interface NetworkEnsemble {
  readonly base: Network;
  readonly members: number;
}

/** Ensembles of the networks that cost least to fit: five of the one that sees its row alone, three of one that looks back. */
export const NETWORK_ENSEMBLES: readonly NetworkEnsemble[] = Object.freeze([
  { base: mlp, members: 5 },
  { base: lstm, members: 3 },
]);
