/** What the Python wheels of LightGBM, XGBoost and scikit-learn make of the same examples. */
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pythonPackages } from '../../infra/python-packages.js';
import { repositoryRoot } from '../../infra/repository-root.js';
import { runCommand } from '../../infra/run-command.js';
import type { BoosterData, BoosterExamples } from '../../core/models/gradient-boosting.js';

/** One training: the same on both sides. */
export interface BoostingCase {
  readonly name: string;
  readonly library: 'lightgbm' | 'xgboost' | 'random-forest' | 'extra-trees';
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly rounds: number;
  readonly data: BoosterData;
  /** Rows that are predicted and explained. */
  readonly later: BoosterExamples;
}

export interface PythonAnswer {
  /** Model text; null of scikit-learn. */
  readonly model: string | null;
  readonly rounds: number;
  readonly predictions: Float64Array;
  readonly contributions: Float64Array;
  /** Of the first rows, `INTERACTION_ROWS` of them; empty but for XGBoost. */
  readonly interactions: Float64Array;
}

export const INTERACTION_ROWS = 40;

/** PYTHONPATH of the pinned wheels. */
export async function boostingPythonPath(): Promise<string> {
  const folder = join(repositoryRoot(), 'tests', 'support');
  const packages = [await pythonPackages(join(folder, 'boosting-requirements.txt')), await pythonPackages(join(folder, 'reference-requirements.txt'))];
  return packages.join(delimiter);
}

/** One answer a case, out of one Python process; `folder` takes the files in between. */
export async function trainInPython(folder: string, cases: readonly BoostingCase[]): Promise<readonly PythonAnswer[]> {
  const described = [];
  for (const [i, { data, later, ...rest }] of cases.entries()) {
    const validation = data.validation && { ...(await writeExamples(folder, `${i}-watched`, data.validation.examples)), patience: data.validation.patience };
    described.push({
      ...rest,
      featureNames: data.featureNames,
      categorical: data.categorical ?? [],
      train: await writeExamples(folder, `${i}-train`, data),
      later: await writeExamples(folder, `${i}-later`, later),
      validation: validation ?? null,
      interactionRows: INTERACTION_ROWS,
    });
  }
  await writeFile(join(folder, 'cases.json'), JSON.stringify(described));
  const script = join(repositoryRoot(), 'tests', 'support', 'reference-boosting.py');
  await runCommand('python3', [script, folder], { env: { PYTHONPATH: await boostingPythonPath(), OMP_NUM_THREADS: '1' } });
  return Promise.all(cases.map(async (_, i) => readAnswer(folder, i)));
}

async function readAnswer(folder: string, i: number): Promise<PythonAnswer> {
  const { model, rounds } = JSON.parse(await readFile(join(folder, `${i}-answer.json`), 'utf8')) as Pick<PythonAnswer, 'model' | 'rounds'>;
  const read = async (name: string): Promise<Float64Array> => {
    const bytes = await readFile(join(folder, `${i}-${name}.bin`));
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  return { model, rounds, predictions: await read('predictions'), contributions: await read('contributions'), interactions: await read('interactions') };
}

async function writeExamples(folder: string, name: string, { x, y, weights, groups }: BoosterExamples): Promise<object> {
  await writeFile(
    join(folder, `${name}.bin`),
    Buffer.concat([x.values, y, weights].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
  );
  return { file: `${name}.bin`, rows: x.rowCount, columns: x.columnCount, groups: groups === undefined ? null : [...groups] };
}
