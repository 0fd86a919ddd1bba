/** `ares compress`: a hand-over bundle with its networks in eight bits, and what that costs on given bars. */
import { readFile, writeFile } from 'node:fs/promises';
import { packDeflated } from '../adapters/bundle-archive/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import { applyChain } from '../core/chain/apply-chain.js';
import type { ChainDecisions } from '../core/chain/apply-chain.js';
import { analystOutcomes, tacticianOutcomes } from '../core/chain/decision-outcomes.js';
import type { TrainedChain } from '../core/chain/trained-chain.js';
import { logLoss } from '../core/metrics/classification.js';
import type { Classifier } from '../core/models/model.js';
import { makeRandom } from '../core/stats/random.js';
import type { CompressedMember } from './compress-bundle.js';
import { compressBundle } from './compress-bundle.js';
import type { BundleMarket } from './open-bundle.js';
import { loadBundleChain, readBundle, readBundleMarket } from './open-bundle.js';
import type { PredictOptions } from './predict-options.js';
import { parsePredictOptions, WrongCommandLine } from './predict-options.js';

const FAILED = 1;
const WRONG_COMMAND_LINE = 2;
const KEEP_SHARE = '--keep-share';
const LATENCY_CALLS = 200;
/** Enough for every network's window. */
const LATENCY_ROWS = 64;
/** Decimals of what is printed; JSON has them all. */
const DIGITS = 4;

const USAGE = `Usage: ares compress --bundle FILE --out FILE --bars FOLDER_OR_FILE [options]

Writes the hand-over bundle with the weight matrices of its networks in eight bits (and deflated), which ares predict reads like the one
before. Trees, linear models and ensembles of networks stay as they are. Prints size, time of one row's prediction and log loss on the bars, before and after.

  --keep-share S       share of each weight matrix that is kept, those of greatest magnitude; in (0, 1], default 1. Nothing is trained again
  --json               one JSON object
  --help               this text

--bundle, --bars, --funding, --no-funding, --symbol, --market, --history-from, --from and --to are those of ares predict.
Take bars that no part of the chain was fitted on. Exit codes: 0 done, 1 failed, 2 wrong command line.`;

/** Log loss of the calibrated probabilities on the decisions that both chains take and whose outcome is known; null where there is none. */
interface Accuracy {
  readonly rows: number;
  readonly logLossBefore: number | null;
  readonly logLossAfter: number | null;
  /** Largest difference of a probability. */
  readonly largestShift: number;
}

interface Latency {
  /** Medians of one row's prediction, calls in turn. */
  readonly microsBefore: number;
  readonly microsAfter: number;
}

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  try {
    const options = readOptions(args);
    if (options === null) console.log(USAGE);
    else await compress(options);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(`ares compress: ${name}: ${message}`);
    process.exitCode = error instanceof WrongCommandLine ? WRONG_COMMAND_LINE : FAILED;
  }
}

interface CompressOptions {
  readonly data: PredictOptions;
  readonly out: string;
  readonly keepShare: number;
}

/** The options, or null where help is asked for. @throws WrongCommandLine */
function readOptions(args: readonly string[]): CompressOptions | null {
  const words = args.flatMap((word) => (word.startsWith(`${KEEP_SHARE}=`) ? [KEEP_SHARE, word.slice(KEEP_SHARE.length + 1)] : [word]));
  const at = words.indexOf(KEEP_SHARE);
  const [, share] = at < 0 ? [KEEP_SHARE, '1'] : words.splice(at, 2);
  const data = parsePredictOptions(words);
  if (data === null) return null;
  if (data.out === null) throw new WrongCommandLine('expected --out FILE, found none');
  const keepShare = Number(share);
  if (!(keepShare > 0 && keepShare <= 1)) throw new WrongCommandLine(`${KEEP_SHARE}: expected a share in (0, 1], found ${share ?? 'none'}`);
  return { data, out: data.out, keepShare };
}

async function compress({ data: options, out, keepShare }: CompressOptions): Promise<void> {
  const files = await readBundle(options.bundle);
  const original = await readFile(options.bundle);
  const compressed = await compressBundle(files, { keepShare, origin: sha256Hex(original) });
  const [before, after] = [await loadBundleChain(files), await loadBundleChain(compressed.files)];
  const market = await readBundleMarket(files, before, options);
  if (market.notice !== null) console.error(`ares compress: ${market.notice}`);
  const archive = await packDeflated(compressed.files);
  const result = {
    ...{ out, keepShare, bytesBefore: original.length, bytesAfter: archive.length },
    models: compressed.models.map((model) => ({ ...model, ...timeRows(model, before, after) })),
    ...compareOn(market, before, after),
  };
  before.dispose();
  after.dispose();
  await writeFile(out, archive);
  console.log(options.json ? JSON.stringify(result) : textOf(result));
}

function compareOn({ data, span }: BundleMarket, before: TrainedChain, after: TrainedChain): { analyst: Accuracy; tactician: Accuracy } {
  const [was, is] = [applyChain(before, data, span), applyChain(after, data, span)];
  const untilMs = span.toMs;
  const follow = (chain: TrainedChain, decisions: ChainDecisions): Float64Array => tacticianOutcomes(chain, data.fineBars, { decisions, untilMs }).y;
  const direction = (decisions: ChainDecisions): Float64Array => analystOutcomes(before, data.fineBars, { signalTimeMs: decisions.signalTimeMs, untilMs }).y;
  // On spot a signal that turned short makes no decision; of a signal that changed its side the outcomes differ.
  const place = new Map(Array.from(is.entryTimeMs, (timeMs, i) => [timeMs, i]));
  const pairs = Array.from(was.entryTimeMs, (timeMs, i) => [i, place.get(timeMs) ?? -1] as const).filter(([, j]) => j >= 0);
  return {
    analyst: accuracy(pairs, [direction(was), was.analyst], [direction(is), is.analyst]),
    tactician: accuracy(pairs, [follow(before, was), was.tactician], [follow(after, is), is.tactician]),
  };
}

type Forecasts = readonly [y: Float64Array, p: Float64Array];

/** `pairs` are the rows of the same decision before and after. */
function accuracy(pairs: readonly (readonly [number, number])[], before: Forecasts, after: Forecasts): Accuracy {
  const known = pairs.filter(([i, j]) => !Number.isNaN(before[0][i]) && !Number.isNaN(after[0][j]));
  const loss = ([y, p]: Forecasts, rows: readonly number[]): number | null => {
    return rows.length === 0
      ? null
      : logLoss(
          rows.map((row) => y[row] as number),
          rows.map((row) => p[row] as number),
        );
  };
  return {
    rows: known.length,
    logLossBefore: loss(
      before,
      known.map(([i]) => i),
    ),
    logLossAfter: loss(
      after,
      known.map(([, j]) => j),
    ),
    largestShift: pairs.reduce((most, [i, j]) => Math.max(most, Math.abs((before[1][i] as number) - (after[1][j] as number))), 0),
  };
}

/** The time does not depend on the values, so the rows are drawn. */
function timeRows({ model }: CompressedMember, before: TrainedChain, after: TrainedChain): Latency {
  const pair = [before, after].map((chain) => (chain.analyst.classifiers.get(model) ?? chain.tactician.classifiers.get(model)) as Classifier);
  const random = makeRandom(1);
  const columnCount = (pair[0] as Classifier).featureNames.length;
  const rows = { rowCount: LATENCY_ROWS, columnCount, values: Float64Array.from({ length: LATENCY_ROWS * columnCount }, () => random.normal()) };
  const micros = pair.map((): number[] => []);
  for (let call = 0; call < LATENCY_CALLS; call++) {
    pair.forEach((classifier, side) => {
      const started = performance.now();
      classifier.predictProba(rows, Int32Array.of(LATENCY_ROWS - 1));
      micros[side]?.push(1000 * (performance.now() - started));
    });
  }
  const [microsBefore = Number.NaN, microsAfter = Number.NaN] = micros.map((times) => times.sort((a, b) => a - b)[times.length >> 1]);
  return { microsBefore, microsAfter };
}

type Result = Readonly<Record<'analyst' | 'tactician', Accuracy>> & {
  readonly out: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly models: readonly (CompressedMember & Latency)[];
};

function textOf({ out, bytesBefore, bytesAfter, models, analyst, tactician }: Result): string {
  const show = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(DIGITS));
  const loss = (name: string, { rows, logLossBefore, logLossAfter, largestShift }: Accuracy): string =>
    `${name}: log loss ${show(logLossBefore)} -> ${show(logLossAfter)} on ${rows} decisions; largest change of a probability ${show(largestShift)}`;
  return [
    `bundle: ${bytesBefore} -> ${bytesAfter} bytes, ${out}`,
    ...models.map(
      (one) =>
        `${one.model}: ${one.bytesBefore} -> ${one.bytesAfter} bytes, one row ${one.microsBefore.toFixed(1)} -> ${one.microsAfter.toFixed(1)} microseconds`,
    ),
    ...(models.length === 0 ? ['no network to compress: trees, linear models, ensembles of networks and the attention network stay as they are'] : []),
    loss('analyst', analyst),
    loss('tactician', tactician),
  ].join('\n');
}
