/** Every model family by id: what trains and loads specialists. To add a family is one file in core and one line here. */
import { elasticNetFamily } from '../core/models/elastic-net.js';
import { extraTreesFamily } from '../core/models/extra-trees.js';
import { lightgbmDartFamily, lightgbmFamily, lightgbmGossFamily } from '../core/models/lightgbm.js';
import { linearFamily } from '../core/models/linear.js';
import type { ModelFamily } from '../core/models/model.js';
import { randomForestFamily } from '../core/models/random-forest.js';
import { xgboostFamily } from '../core/models/xgboost.js';
import { attentionFamily } from '../core/nn/attention-family.js';
import { ensembleFamily } from '../core/nn/network-ensemble.js';
import { networkFamily } from '../core/nn/network-family.js';
import { NETWORKS, NETWORK_ENSEMBLES } from '../core/nn/networks.js';
import type { StepPorts } from '../pipeline/ports.js';

/** The families; the tensor backend of networks is opened when one is first fitted, never to predict. */
export async function modelFamilies(ports: Pick<StepPorts, 'gradientBoosting' | 'xgboost' | 'tensorBackend'>): Promise<Readonly<Record<string, ModelFamily>>> {
  const families = [
    lightgbmFamily('lightgbm', ports.gradientBoosting),
    lightgbmFamily('lightgbm-tuned', ports.gradientBoosting),
    lightgbmDartFamily(ports.gradientBoosting),
    lightgbmGossFamily(ports.gradientBoosting),
    randomForestFamily(ports.gradientBoosting),
    extraTreesFamily(ports.gradientBoosting),
    xgboostFamily(ports.xgboost),
    linearFamily,
    elasticNetFamily,
    attentionFamily(ports.tensorBackend),
    ...NETWORKS.map((network) => networkFamily(network, ports.tensorBackend)),
    ...NETWORK_ENSEMBLES.map(({ base, members }) => ensembleFamily(networkFamily(base, ports.tensorBackend), members)),
  ];
  return Object.fromEntries(families.map((family) => [family.id, family]));
}
