/** Several fits of one network that differ by seed alone, averaged (Lakshminarayanan et al. 2017, deep ensembles). */
import { logLoss } from '../metrics/classification.js';
import { checkFitData, numberParameter } from '../models/check-fit-data.js';
import type { Classifier, FitData, FitOptions, Matrix } from '../models/model.js';
import { decodeModel, encodeModel } from '../models/model-bytes.js';
import type { StateKeeper } from '../parts.js';
import { deriveSeed } from '../stats/random.js';
import type { NetworkClassifier } from './network-classifier.js';
import type { NetworkFamily, NetworkFitData } from './network-family.js';
import { splitForStopping } from './stopping-examples.js';

/**
 * Weighted log loss in nats of each member and of their mean on the latest examples of the fit. Those stopped the members'
 * training, so that all of these are too low; they compare members with one another and with the mean.
 */
export interface EnsembleScores {
  readonly rows: number;
  readonly members: readonly number[];
  readonly ensemble: number;
}

interface EnsembleState {
  /** Bytes of each member, as text. */
  readonly members: readonly string[];
  readonly scores: EnsembleScores | null;
}

/** A classifier of several members. What it shows (attention, variables, quantiles, importance) is the mean of what the members show. */
export interface EnsembleClassifier extends NetworkClassifier {
  /** Null where too few examples could stop the training, and all were fitted. */
  readonly scores: EnsembleScores | null;
  /** Probabilities by each member, one a row. */
  memberProbabilities(features: Matrix, rows: Int32Array): readonly Float64Array[];
}

/** The family of an ensemble. */
export interface EnsembleFamily extends NetworkFamily {
  fit(data: NetworkFitData, options: FitOptions): Promise<EnsembleClassifier>;
  load(bytes: Uint8Array): EnsembleClassifier;
}

/** Whether a classifier is an ensemble of networks. */
export function hasMembers(classifier: Classifier): classifier is EnsembleClassifier {
  return 'memberProbabilities' in classifier;
}

/**
 * The family `<base>-ensemble`: so many fits of the base, each with its own seed. A stopped fit goes on with the member it was at.
 * @throws RangeError on fewer than two members
 */
export function ensembleFamily(base: NetworkFamily, members: number): EnsembleFamily {
  if (!Number.isInteger(members) || members < 2) throw new RangeError(`expected at least 2 members of an ensemble, found ${members}`);
  const id = `${base.id}-ensemble`;
  return {
    id,
    defaults: base.defaults,
    fit: async (data, options) => {
      checkFitData(data);
      const keeper = memberKeeper(options.state);
      const done = [...(await keeper.finished())];
      while (done.length < members) done.push(textOf(await fitMember({ base, members }, data, { options, keeper, done })));
      const fitted = done.map((text) => base.load(bytesOf(text)));
      const scores = scoreMembers(fitted, data, { ...base.defaults, ...options.parameters });
      return makeEnsemble(id, data.featureNames, { fitted, scores });
    },
    load: (bytes) => {
      const { featureNames, members: texts, scores } = decodeModel<EnsembleState>(bytes, [id]);
      return makeEnsemble(id, featureNames, { fitted: texts.map((text) => base.load(bytesOf(text))), scores });
    },
  };
}

/** Finished members, and the state that the base kept of the next. */
interface MemberState {
  readonly done: readonly string[];
  readonly inner: unknown;
}

interface MemberKeeper {
  finished(): Promise<readonly string[]>;
  of(done: readonly string[]): StateKeeper<unknown>;
}

function memberKeeper(state: StateKeeper<unknown> | undefined): MemberKeeper {
  let latest: MemberState | null = null;
  return {
    finished: async () => {
      latest = ((await state?.latest()) ?? null) as MemberState | null;
      return latest?.done ?? [];
    },
    of: (done) => ({
      latest: async () => (latest !== null && latest.done.length === done.length ? latest.inner : null),
      keep: async (inner) => state?.keep({ done: [...done], inner }),
    }),
  };
}

async function fitMember(
  { base, members }: { readonly base: NetworkFamily; readonly members: number },
  data: NetworkFitData,
  { options, keeper, done }: { options: FitOptions; keeper: MemberKeeper; done: readonly string[] },
): Promise<Uint8Array> {
  const at = done.length;
  const model = await base.fit(data, {
    ...options,
    seed: deriveSeed(options.seed, 'member', at),
    state: keeper.of(done),
    progress: (fraction, message) => options.progress?.((at + fraction) / members, `member ${at + 1} of ${members}: ${message}`),
  });
  const bytes = model.save();
  model.dispose();
  return bytes;
}

function scoreMembers(fitted: readonly Classifier[], data: FitData, parameters: FitOptions['parameters']): EnsembleScores | null {
  const split = splitForStopping(data, numberParameter(parameters, 'validationShare'), numberParameter(parameters, 'purgeRows'));
  if (split === null) return null;
  const [rows, y, weights] = [data.rows, data.y, data.weights].map((values) => values.subarray(split.from)) as [Int32Array, Float64Array, Float64Array];
  const predictions = fitted.map((model) => model.predictProba(data.features, rows));
  const lossOf = (p: Float64Array): number => logLoss(y, p, weights);
  return { rows: rows.length, members: predictions.map(lossOf), ensemble: lossOf(meanOf(predictions)) };
}

function meanOf(values: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(values[0].length);
  for (const of of values) for (let i = 0; i < mean.length; i++) mean[i] += of[i];
  return mean.map((sum) => sum / values.length);
}

/** Mean over the members; null where one has none. */
function meanOrNull(values: readonly (Float64Array | null)[]): Float64Array | null {
  return values.every((of) => of !== null) ? meanOf(values) : null;
}

function makeEnsemble(
  id: string,
  featureNames: readonly string[],
  { fitted, scores }: { readonly fitted: readonly NetworkClassifier[]; readonly scores: EnsembleScores | null },
): EnsembleClassifier {
  const memberProbabilities = (features: Matrix, rows: Int32Array): readonly Float64Array[] => fitted.map((model) => model.predictProba(features, rows));
  return {
    family: id,
    featureNames,
    scores,
    levels: fitted[0].levels,
    memberProbabilities,
    predictProba: (features, rows) => meanOf(memberProbabilities(features, rows)),
    attention: (features, rows) => meanOrNull(fitted.map((model) => model.attention(features, rows))),
    variables: (features, rows) => meanOrNull(fitted.map((model) => model.variables(features, rows))),
    // Ascending as each member's are.
    quantiles: (features, rows) => meanOrNull(fitted.map((model) => model.quantiles(features, rows))),
    featureImportance: () => meanOrNull(fitted.map((model) => model.featureImportance())),
    save: () => encodeModel<EnsembleState>(id, featureNames, { members: fitted.map((model) => textOf(model.save())), scores }),
    dispose: () => {
      for (const model of fitted) model.dispose();
    },
  };
}

/** Model bytes are ASCII. */
function textOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 8192) parts.push(String.fromCharCode(...bytes.subarray(from, from + 8192)));
  return parts.join('');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
