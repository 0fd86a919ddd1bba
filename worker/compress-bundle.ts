/** The networks of a hand-over bundle in eight bits, and its ensembles with their new hashes. */
import { sha256Hex } from '../adapters/object-store/index.js';
import type { Ensemble } from '../core/ensembles/ensemble.js';
import { memberKey, membersOf } from '../core/ensembles/ensemble.js';
import { modelHeader } from '../core/models/model-bytes.js';
import { compressNetwork } from '../core/nn/compress-network.js';
import { NETWORKS } from '../core/nn/networks.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { bundleSource } from '../activities/load-chain.js';
import type { BundleFiles } from './open-bundle.js';

const ENSEMBLE_STEPS = ['analyst-ensemble-creation', 'tactician-ensemble-creation'] as const;
/** In the compressed bundle, for its reader; no chain needs it. */
const RECORD_FILE = 'compression';

export interface CompressedMember {
  /** The bundle's file. */
  readonly model: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export interface CompressedBundle {
  readonly files: BundleFiles;
  readonly models: readonly CompressedMember[];
}

/**
 * The files with every single network compressed; trees, linear models, ensembles of networks and the attention network of step 6 stay as they are. `origin` is the
 * sha256 of the bundle, which the new one names.
 * @throws InvalidData when a network is compressed already; RangeError on the share
 */
export async function compressBundle(files: BundleFiles, { keepShare, origin }: { keepShare: number; origin: string }): Promise<CompressedBundle> {
  const changed: Record<string, Uint8Array> = {};
  const models = new Map<string, CompressedMember>();
  for (const step of ENSEMBLE_STEPS) {
    const ensemble = await bundleSource(files).json<Ensemble>(step, 'ensemble');
    for (const key of membersOf(ensemble).map(memberKey)) {
      const bytes = files[key];
      const network = bytes === undefined ? undefined : NETWORKS.find(({ id }) => id === modelHeader(bytes).family);
      if (bytes === undefined || network === undefined) continue;
      const compressed = compressNetwork(network, bytes, { keepShare });
      changed[key] = compressed;
      models.set(key, { model: key, bytesBefore: bytes.length, bytesAfter: compressed.length });
    }
    changed[`${step}/ensemble`] = encode(withHashes(ensemble, changed));
  }
  const list = [...models.values()];
  changed[RECORD_FILE] = encode({ schema: 'ares.compression', bundle: origin, keepShare, models: list });
  return { files: { ...files, ...changed }, models: list };
}

function withHashes(ensemble: Ensemble, changed: BundleFiles): Ensemble {
  const stacks = ensemble.stacks.map((stack) => ({
    ...stack,
    members: stack.members.map((member) => {
      const bytes = changed[memberKey(member)];
      return bytes === undefined ? member : { ...member, sha256: sha256Hex(bytes) };
    }),
  }));
  return { ...ensemble, stacks };
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}
