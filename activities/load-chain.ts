/** The trained chain out of a run's artifacts or out of a hand-over bundle, which holds the same files under the same names. */
import type { TacticianRules } from '../core/chain/tactician-examples.js';
import type { ChainModel, TrainedChain } from '../core/chain/trained-chain.js';
import type { StrategyParameters } from '../core/backtest/strategy-parameters.js';
import type { Ensemble } from '../core/ensembles/ensemble.js';
import { memberKey, membersOf } from '../core/ensembles/ensemble.js';
import { InsufficientData, InvalidData } from '../core/errors.js';
import type { LabelChoice } from '../core/labels/label-choice.js';
import type { Classifier, ModelFamily } from '../core/models/model.js';
import type { RegimeModel } from '../core/regimes/regime-model.js';
import { POOLED } from '../core/regimes/regime-names.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { PipelineError } from '../pipeline/errors.js';
import type { StepPorts } from '../pipeline/ports.js';
import type { StepInputs } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';
import type { Calibrators } from './confidence-calibration.js';
import { modelFamilies } from './model-families.js';

/** JSON artifacts that a chain consists of, beside its models: step and name. The imputation is for whoever brings raw bars. */
const CHAIN_JSON = [
  ['market-regime-classification', 'imputation'],
  ['market-regime-classification', 'regime-model'],
  ['analyst-labeling-feature-engineering', 'label-choice'],
  ['analyst-labeling-feature-engineering', 'feature-catalog'],
  ['analyst-ensemble-creation', 'ensemble'],
  ['tactician-labeling', 'rules'],
  ['tactician-ensemble-creation', 'ensemble'],
  ['confidence-calibration', 'calibrators'],
  ['final-parameters-optimization', 'parameters'],
] as const satisfies readonly (readonly [StepId, string])[];

/** Where the data came from and which window it covered: in the bundle, for its reader; no chain needs it. */
const SOURCE_FILE = 'data-collection/source';
/** Family of the pooled single model. */
const POOLED_FAMILY = 'lightgbm';
/** Artifacts held in memory carry this instead of a hash. */
const NO_HASH = '0'.repeat(64);

/** What a chain is read from: StepInputs, or the files of a bundle. */
export type ChainSource = Pick<StepInputs, 'json' | 'bytes'>;
/** Ports that loading and applying a chain uses. */
export type ChainPorts = Pick<StepPorts, 'gradientBoosting' | 'xgboost' | 'tensorBackend' | 'sha256'>;

/**
 * The chain of steps 2 to 12, its models loaded. Call `dispose` when done.
 * @throws PipelineError MissingArtifact when a part is not there; IntegrityError when a model's bytes are not those the
 * ensemble was made with; InvalidData on a family that is not known.
 */
export async function loadChain(source: ChainSource, ports: ChainPorts): Promise<TrainedChain> {
  const families = await modelFamilies(ports);
  const regimeModel = await source.json<RegimeModel>('market-regime-classification', 'regime-model');
  const labelChoice = await source.json<LabelChoice>('analyst-labeling-feature-engineering', 'label-choice');
  const rules = await source.json<TacticianRules>('tactician-labeling', 'rules');
  const calibrators = await source.json<Calibrators>('confidence-calibration', 'calibrators');
  const parameters = await source.json<StrategyParameters>('final-parameters-optimization', 'parameters');
  const opened: Classifier[] = [];
  const dispose = (): void => opened.splice(0).forEach((classifier) => classifier.dispose());
  const load = async (step: StepId, calibrator: ChainModel['calibrator']): Promise<ChainModel> => {
    const ensemble = await source.json<Ensemble>(step, 'ensemble');
    return { ensemble, classifiers: await loadMembers(ensemble, { source, ports, families, opened }), calibrator };
  };
  try {
    const analyst = await load('analyst-ensemble-creation', calibrators.analyst.calibrator);
    const tactician = await load('tactician-ensemble-creation', calibrators.tactician.calibrator);
    const periodMs = labelChoice.holdingMs / labelChoice.holdingBars;
    return { periodMs, regimeModel, labelChoice, rules, analyst, tactician, parameters, pooledMember: pooledMemberOf(analyst.ensemble), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Files of a bundle as a source of a chain. */
export function bundleSource(files: Readonly<Record<string, Uint8Array>>): ChainSource {
  const find = (step: string, name: string): Uint8Array => {
    const bytes = files[`${step}/${name}`];
    if (bytes === undefined)
      throw new PipelineError('MissingArtifact', `the bundle has no file ${step}/${name}; it holds ${Object.keys(files).sort().join(', ')}`);
    return bytes;
  };
  return {
    json: async <T>(step: StepId, name: string): Promise<T> => {
      const text = new TextDecoder().decode(find(step, name));
      try {
        return JSON.parse(text) as T;
      } catch (cause) {
        throw new PipelineError('IntegrityError', `expected JSON in the bundle's file ${step}/${name}, found ${text.slice(0, 40)}`, { cause });
      }
    },
    bytes: async (step, name) => find(step, name),
  };
}

/**
 * The files of a run's hand-over bundle by `<step>/<artifact>`: imputation of the bars, regime model, label choice, feature catalogue, rules,
 * ensembles with every member's model, calibrators, final parameters, and the description of the data. A fresh process
 * needs nothing else but raw bars.
 * @throws PipelineError MissingArtifact when a part is not there.
 */
export async function bundleFiles(inputs: Pick<StepInputs, 'json' | 'bytes' | 'names'>): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalJson(value));
  for (const [step, name] of CHAIN_JSON) files[`${step}/${name}`] = encode(await inputs.json(step, name));
  if (inputs.names('data-collection').includes('source')) files[SOURCE_FILE] = encode(await inputs.json('data-collection', 'source'));
  for (const step of ['analyst-ensemble-creation', 'tactician-ensemble-creation'] as const) {
    const ensemble = await inputs.json<Ensemble>(step, 'ensemble');
    for (const member of membersOf(ensemble)) files[memberKey(member)] = await inputs.bytes(member.step as StepId, member.artifact);
  }
  return files;
}

interface Loading {
  readonly source: ChainSource;
  readonly ports: ChainPorts;
  readonly families: Readonly<Record<string, ModelFamily>>;
  /** Every model that was loaded: to be disposed of. */
  readonly opened: Classifier[];
}

async function loadMembers(ensemble: Ensemble, { source, ports, families, opened }: Loading): Promise<Map<string, Classifier>> {
  const classifiers = new Map<string, Classifier>();
  for (const member of membersOf(ensemble)) {
    const key = memberKey(member);
    const bytes = await source.bytes(member.step as StepId, member.artifact);
    const found = ports.sha256(bytes);
    if (member.sha256 !== NO_HASH && member.sha256 !== found) {
      throw new PipelineError('IntegrityError', `model ${key}: expected sha256 ${member.sha256} as in the ensemble, found ${found}`);
    }
    const family = families[member.family];
    if (family === undefined) throw new InvalidData(`model ${key} is of family ${member.family}; expected one of ${Object.keys(families).join(', ')}`);
    const classifier = family.load(bytes);
    opened.push(classifier);
    classifiers.set(key, classifier);
  }
  return classifiers;
}

function pooledMemberOf(ensemble: Ensemble): string {
  const pooled = membersOf(ensemble).filter((member) => member.regime === POOLED);
  const member = pooled.find((candidate) => candidate.family === POOLED_FAMILY) ?? pooled[0];
  if (member === undefined) throw new InsufficientData(`expected a trained analyst specialist of ${POOLED}, found none`);
  return memberKey(member);
}
