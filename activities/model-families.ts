/** Every model family by id: what trains and loads specialists. To add a family is one file in core and one line here. */
import { lightgbmFamily } from '../core/models/lightgbm.js';
import { linearFamily } from '../core/models/linear.js';
import type { ModelFamily } from '../core/models/model.js';
import { attentionFamily } from '../core/nn/attention-family.js';
import type { StepPorts } from '../pipeline/ports.js';

/** The families; attention's tensor backend is loaded when it is first fitted or used to predict. */
export async function modelFamilies(ports: Pick<StepPorts, 'gradientBoosting' | 'tensorBackend'>): Promise<Readonly<Record<string, ModelFamily>>> {
  const families = [
    lightgbmFamily('lightgbm', ports.gradientBoosting),
    lightgbmFamily('lightgbm-tuned', ports.gradientBoosting),
    linearFamily,
    attentionFamily(ports.tensorBackend),
  ];
  return Object.fromEntries(families.map((family) => [family.id, family]));
}
