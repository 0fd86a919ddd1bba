/** `ares compress` in a fresh process: a bundle of a chain with networks in eight bits, which `ares predict` reads like the one before. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { bundleFiles } from '../../activities/load-chain.js';
import { makeBundleArchive } from '../../adapters/bundle-archive/index.js';
import { tensorflowAddonPath } from '../../adapters/local-paths.js';
import { sha256Hex } from '../../adapters/object-store/index.js';
import { writeParquet } from '../../adapters/tables/index.js';
import { barsToTable } from '../../core/data/bars.js';
import type { SourceDescription } from '../../core/data/source-description.js';
import type { Ensemble } from '../../core/ensembles/ensemble.js';
import type { CompressedMember } from '../../worker/compress-bundle.js';
import { compressBundle } from '../../worker/compress-bundle.js';
import { readBundle } from '../../worker/open-bundle.js';
import { documentedCommand } from '../support/documented-commands.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const COMPRESS = fileURLToPath(new URL('../../worker/compress-command.js', import.meta.url));
const PREDICT = fileURLToPath(new URL('../../worker/predict.js', import.meta.url));
const FAMILIES = ['lightgbm', 'linear', 'mlp', 'lstm'] as const;
const skip = !existsSync(tensorflowAddonPath()) && 'the TensorFlow addon is not built: npm start';

interface Loss {
  readonly rows: number;
  readonly logLossBefore: number;
  readonly logLossAfter: number;
  readonly largestShift: number;
}

interface Printed {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly models: readonly (CompressedMember & { microsBefore: number; microsAfter: number })[];
  readonly analyst: Loss;
  readonly tactician: Loss;
}

describe('ares compress', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ares-compress-test-'));
  const bundle = join(folder, 'bundle.zip');
  let span: readonly string[];
  let market: readonly string[];

  before(async () => {
    const { memory, plan, fineBars, funding } = await trainSimulatedChain({
      preset: 'quick-test',
      families: [...FAMILIES],
      simulation: { tradesPerMinute: 8 },
    });
    const description: SourceDescription = {
      ...{ kind: 'simulator', synthetic: true, dataKind: 'SIMULATED', symbol: plan.spec.symbol, market: 'perp', series: 'bars', periodMs: 60_000 },
      ...{ ...plan.window, rows: fineBars.open.length, fundingPayments: funding.rowCount, files: [], fundingFiles: [] },
      ...{ external: [], pairs: [], quotes: null, second: null, simulation: null },
    };
    memory.artifacts.get('data-collection')!.set('source', { json: JSON.stringify(description) });
    writeFileSync(bundle, await makeBundleArchive().pack(await bundleFiles(memoryInputs(memory))));
    await writeParquet(barsToTable(fineBars), join(folder, 'bars.parquet'));
    await writeParquet(funding, join(folder, 'funding.parquet'));
    const { fromMs, toMs } = plan.segments.test;
    span = ['--from', new Date(fromMs).toISOString(), '--to', new Date(toMs).toISOString()];
    market = ['--bars', join(folder, 'bars.parquet'), '--funding', join(folder, 'funding.parquet'), ...span];
  });
  after(() => rmSync(folder, { recursive: true }));

  function run(script: string, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  }

  test('every network of the bundle shrinks, the rest of the models keep their bytes, and predict finds the printed shift', async (t) => {
    const out = join(folder, 'small.zip');
    // Its files have the names that they have here.
    const [, , ...documented] = (await documentedCommand('ares compress --bundle')).split(' ');
    const compressed = run(COMPRESS, ...documented, ...span, '--json');
    assert.equal(compressed.status, 0, compressed.stderr);
    const printed = JSON.parse(compressed.stdout) as Printed;
    t.diagnostic(compressed.stdout);
    const [files, smaller] = [await readBundle(bundle), await readBundle(out)];
    const isNetwork = (name: string): boolean => /models\/\w+\/(mlp|lstm)$/.test(name);
    assert.deepEqual(printed.models.map(({ model }) => model).sort(), Object.keys(files).filter(isNetwork).sort());
    assert.ok(printed.models.some(({ model }) => model.endsWith('lstm')) && printed.models.some(({ model }) => model.endsWith('mlp')));
    for (const { model, bytesBefore, bytesAfter, microsBefore, microsAfter } of printed.models) {
      assert.deepEqual([files[model]!.length, smaller[model]!.length], [bytesBefore, bytesAfter]);
      assert.ok(bytesAfter < bytesBefore / 2.5, `${model}: ${bytesAfter} of ${bytesBefore}`);
      assert.ok(microsBefore > 0 && microsAfter > 0);
    }
    for (const name of Object.keys(files).filter((file) => !isNetwork(file) && !file.endsWith('/ensemble'))) assert.deepEqual(smaller[name], files[name], name);
    assert.deepEqual([printed.bytesBefore, printed.bytesAfter], [readFileSync(bundle).length, readFileSync(out).length]);
    assert.ok(printed.bytesAfter < printed.bytesBefore / 2);
    assert.equal((JSON.parse(Buffer.from(smaller['compression']!).toString()) as { bundle: string }).bundle, sha256Hex(readFileSync(bundle)));

    const rowsOf = (path: string): Record<'analyst' | 'tactician', number>[] => {
      const { status, stdout, stderr } = run(PREDICT, '--bundle', path, ...market, '--json');
      assert.equal(status, 0, stderr);
      const lines = stdout.trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as Record<'analyst' | 'tactician', number>);
    };
    const [was, is] = [rowsOf(bundle), rowsOf(out)];
    assert.equal(is.length, was.length);
    for (const role of ['analyst', 'tactician'] as const)
      assert.equal(Math.max(...was.map((row, i) => Math.abs(row[role] - is[i]![role]))), printed[role].largestShift);
    // The stack of the analyst may give its networks no weight, then nothing moves there.
    assert.ok(printed.analyst.largestShift < 0.02 && printed.tactician.largestShift > 0 && printed.tactician.largestShift < 0.02);
    for (const { rows, logLossBefore, logLossAfter } of [printed.analyst, printed.tactician]) {
      assert.ok(rows > 50 && Math.abs(logLossAfter - logLossBefore) < 0.01, `${logLossBefore} became ${logLossAfter} on ${rows} rows`);
    }
  });

  test('a smaller share makes a smaller bundle, and the text names sizes, times and losses', async () => {
    const out = join(folder, 'half.zip');
    const { status, stdout, stderr } = run(COMPRESS, '--bundle', bundle, '--out', out, '--keep-share=0.5', ...market);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^bundle: \d+ -> \d+ bytes, .*half\.zip$/m);
    assert.match(stdout, /models\/POOLED\/lstm: \d+ -> \d+ bytes, one row [\d.]+ -> [\d.]+ microseconds/);
    assert.match(stdout, /analyst: log loss 0\.\d{4} -> 0\.\d{4} on \d+ decisions; largest change of a probability 0\.\d{4}/);
    const whole = await compressBundle(await readBundle(bundle), { keepShare: 1, origin: 'x' });
    const half = await readBundle(out);
    for (const { model, bytesAfter } of whole.models) assert.ok(half[model]!.length < bytesAfter, model);
  });

  test('a compressed bundle is not compressed again, and a changed model is refused by its hash', async () => {
    const files = await readBundle(bundle);
    const once = await compressBundle(files, { keepShare: 1, origin: 'x' });
    await assert.rejects(compressBundle(once.files, { keepShare: 1, origin: 'x' }), { name: 'InvalidData', message: /not compressed, found one in int8/ });
    const [{ model }] = once.models as [CompressedMember];
    const mixed = join(folder, 'mixed.zip');
    writeFileSync(mixed, await makeBundleArchive().pack({ ...once.files, [model]: files[model]! }));
    const { status, stderr } = run(PREDICT, '--bundle', mixed, ...market);
    assert.equal(status, 1);
    assert.match(stderr, /IntegrityError: model .*: expected sha256/);
  });

  test('a bundle without a network that can be compressed says what stays as it is', async () => {
    const files = { ...(await readBundle(bundle)) };
    for (const step of ['analyst-ensemble-creation', 'tactician-ensemble-creation']) {
      const ensemble = JSON.parse(Buffer.from(files[`${step}/ensemble`]!).toString()) as Ensemble;
      const stacks = ensemble.stacks.map((stack) => {
        const kept = [...stack.members.keys()].filter((i) => !['mlp', 'lstm'].includes(stack.members[i]!.family));
        return { ...stack, members: kept.map((i) => stack.members[i]!), weights: kept.map((i) => stack.weights[i]!) };
      });
      files[`${step}/ensemble`] = Buffer.from(JSON.stringify({ ...ensemble, stacks }));
    }
    const plain = join(folder, 'plain.zip');
    writeFileSync(plain, await makeBundleArchive().pack(files));
    const { status, stdout, stderr } = run(COMPRESS, '--bundle', plain, '--out', join(folder, 'deflated.zip'), ...market);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^no network to compress: trees, linear models, ensembles of networks and the attention network stay as they are$/m);
  });

  test('a wrong command line ends with code 2 and is named', () => {
    for (const [args, message] of [
      [['--out', 'x', ...market, '--keep-share', '0'], /--keep-share: expected a share in \(0, 1\], found 0/],
      [[...market], /expected --out FILE, found none/],
    ] as const) {
      const { status, stderr } = run(COMPRESS, '--bundle', bundle, ...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
    assert.match(run(COMPRESS, '--help').stdout, /--keep-share/);
  });
});
