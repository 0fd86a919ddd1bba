/** Every network. To add one is a file and a line here; the conformance suites cover it. */
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
