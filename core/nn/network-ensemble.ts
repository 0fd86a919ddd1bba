/** Several fits of one family that differ by seed alone, averaged (Lakshminarayanan et al. 2017, deep ensembles). */
import { checkFitData } from '../models/check-fit-data.js';
import type { Classifier, FitData, FitOptions, ModelFamily } from '../models/model.js';
import { decodeModel, encodeModel } from '../models/model-bytes.js';
import type { StateKeeper } from '../parts.js';
import { deriveSeed } from '../stats/random.js';

/** Share of the examples, the latest, that the scores are taken on. */
const SCORED_SHARE = 0.2;

/** Weighted log loss in nats of each member and of their mean on the latest examples, which also stopped the members' training. */
export interface EnsembleScores {
  readonly members: readonly number[];
  readonly ensemble: number;
}

interface EnsembleState {
  /** Bytes of each member, as text. */
  readonly members: readonly string[];
  readonly scores: EnsembleScores;
}

/** A classifier of several members. */
export interface EnsembleClassifier extends Classifier {
  readonly scores: EnsembleScores;
  /** Standard deviation of the members' probabilities, one a row: how far they disagree. */
  disagreement(features: FitData['features'], rows: Int32Array): Float64Array;
}

export interface EnsembleFamily extends ModelFamily {
  fit(data: FitData, options: FitOptions): Promise<EnsembleClassifier>;
  load(bytes: Uint8Array): EnsembleClassifier;
}

/** The family `<base>-ensemble`: `members` fits of the base, each with its own seed. A stopped fit goes on with the member it was at. */
export function ensembleFamily(base: ModelFamily, members: number): EnsembleFamily {
  if (!Number.isInteger(members) || members < 2) throw new RangeError(`expected at least 2 members of an ensemble, found ${members}`);
  const id = `${base.id}-ensemble`;
  return {
    id,
    defaults: base.defaults,
    fit: async (data, options) => {
      checkFitData(data);
      const keeper = memberKeeper(options.state);
      const done = [...(await keeper.finished())];
      while (done.length < members) done.push(textOf(await fitMember(base, data, { options, keeper, done })));
      const fitted = done.map((text) => base.load(bytesOf(text)));
      return makeEnsemble(id, data.featureNames, { fitted, scores: scoreMembers(fitted, data) });
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
  base: ModelFamily,
  data: FitData,
  { options, keeper, done }: { options: FitOptions; keeper: MemberKeeper; done: readonly string[] },
): Promise<Uint8Array> {
  const model = await base.fit(data, { ...options, seed: deriveSeed(options.seed, 'member', done.length), state: keeper.of(done) });
  const bytes = model.save();
  model.dispose();
  return bytes;
}

function scoreMembers(fitted: readonly Classifier[], { features, rows, y, weights }: FitData): EnsembleScores {
  const from = Math.min(rows.length - 1, Math.ceil(rows.length * (1 - SCORED_SHARE)));
  const later = rows.subarray(from);
  const predictions = fitted.map((model) => model.predictProba(features, later));
  const lossOf = (p: Float64Array): number => {
    let [loss, total] = [0, 0];
    for (let i = 0; i < p.length; i++) {
      const right = y[from + i] === 1 ? p[i] : 1 - p[i];
      loss -= weights[from + i] * Math.log(Math.max(right, 1e-15));
      total += weights[from + i];
    }
    return loss / total;
  };
  return { members: predictions.map(lossOf), ensemble: lossOf(meanOf(predictions)) };
}

function meanOf(predictions: readonly Float64Array[]): Float64Array {
  return predictions[0].map((_, i) => predictions.reduce((sum, p) => sum + p[i], 0) / predictions.length);
}

function makeEnsemble(
  id: string,
  featureNames: readonly string[],
  { fitted, scores }: { fitted: readonly Classifier[]; scores: EnsembleScores },
): EnsembleClassifier {
  return {
    family: id,
    featureNames,
    scores,
    predictProba: (features, rows) => meanOf(fitted.map((model) => model.predictProba(features, rows))),
    disagreement: (features, rows) => {
      const predictions = fitted.map((model) => model.predictProba(features, rows));
      const mean = meanOf(predictions);
      return mean.map((value, i) => Math.sqrt(predictions.reduce((sum, p) => sum + (p[i] - value) ** 2, 0) / predictions.length));
    },
    featureImportance: () => {
      const importances = fitted.map((model) => model.featureImportance());
      return importances.every((importance) => importance !== null) ? meanOf(importances) : null;
    },
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
