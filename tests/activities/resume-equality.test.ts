import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CHAIN_STEPS } from '../../activities/chain-steps.js';
import { collectMarketData } from '../../activities/data-collection.js';
import { classifyMarketRegimes } from '../../activities/market-regime-classification.js';
import { validateMonteCarlo } from '../../activities/monte-carlo-validation.js';
import { validateWalkForward } from '../../activities/walk-forward-validation.js';
import { makeFilesSource } from '../../adapters/market-files/index.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import { makeStepOutputs } from '../../adapters/step-files/index.js';
import type { StagingOutputs } from '../../adapters/step-files/index.js';
import { makeBarEngine } from '../../adapters/tables/index.js';
import type { Checkpoint } from '../../pipeline/checkpoint.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { BarEngine } from '../../pipeline/ports.js';
import type { StepContext, StepDefinition, StepFunction } from '../../pipeline/step.js';
import { dataCollection } from '../../pipeline/steps/data-collection.js';
import { marketRegimeClassification } from '../../pipeline/steps/market-regime-classification.js';
import { monteCarloValidation } from '../../pipeline/steps/monte-carlo-validation.js';
import { walkForwardValidation } from '../../pipeline/steps/walk-forward-validation.js';
import { makeMarketFolder, TRADE_HEADER, tradeRow } from '../adapters/market-files/market-folder.js';
import { runInterrupted } from '../support/interrupted-work.js';
import { startS3Server } from '../support/s3-server.js';
import { contentsOf, makeValidationRun } from '../support/validation-run.js';
import { planOf } from './data-steps.js';

const server = await startS3Server();
const store = openObjectStore({ url: 's3://resume/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
await store.ensureBucket();
after(async () => {
  store.close();
  await server.stop();
});

const run = await makeValidationRun();

/** Least number of parts that each step of the small run has; the steps that are not named have none. */
const LEAST_PARTS: Readonly<Record<string, number>> = {
  'market-regime-classification': 19,
  'analyst-specialist-training': 10,
  'analyst-enhancement': 30,
  'analyst-ensemble-creation': 4,
  'tactician-specialist-training': 10,
  'tactician-ensemble-creation': 4,
  'final-parameters-optimization': 20,
  'monte-carlo-validation': 10,
  'walk-forward-validation': 22,
};

const steps: readonly { definition: StepDefinition; run: StepFunction }[] = [
  ...CHAIN_STEPS,
  { definition: monteCarloValidation, run: validateMonteCarlo },
  { definition: walkForwardValidation, run: validateWalkForward },
];

for (const { definition, run: step } of steps.filter(({ definition: { id } }) => id in LEAST_PARTS)) {
  test(`${definition.id}: cut off after 1, 2, 4, ... more parts it computes each part once and ends with the bytes of an uninterrupted run`, async () => {
    const whole = run.memory.artifacts.has(definition.id) ? run.memory : await run.runStep(definition, step);
    let resumed = run.copyMemory();
    const { parts, attempts } = await runInterrupted({
      store,
      key: definition.id,
      attempt: async (checkpoint) => {
        resumed = await run.runStep(definition, step, { checkpoint });
      },
    });
    assert.equal(await contentsOf(resumed, definition.id), await contentsOf(whole, definition.id));
    assert.equal(new Set(parts).size, parts.length, `computed twice: ${parts.filter((part, i) => parts.indexOf(part) !== i).join(', ')}`);
    const least = LEAST_PARTS[definition.id] as number;
    assert.ok(parts.length >= least, `${parts.length} parts, expected ${least}: ${parts.join(', ')}`);
    assert.ok(attempts > 2, `${attempts} attempts`);
    const epochs = parts.filter((part) => /attention\/\w+#\d+$/.test(part));
    if (definition.id === 'analyst-enhancement') assert.ok(epochs.length > 20, `the network was cut off between its epochs: ${epochs.length}`);
  });
}

interface Collected {
  readonly hashes: Readonly<Record<string, string>>;
  readonly parts: readonly string[];
}

/** A step of files on disk, as a compute child runs it, whole and cut off. */
async function collectTwice(key: string, plan: RunPlan, unit: string): Promise<{ whole: Collected; resumed: Collected }> {
  let outputs: StagingOutputs = makeStepOutputs(join(server.scratch, `${key}-whole`));
  const attempt = async (checkpoint: Checkpoint): Promise<void> => collectMarketData(contextOf(plan, unit, { outputs, checkpoint }) as StepContext<never>);
  await attempt(NO_CHECKPOINT);
  const whole = { hashes: await hashesOf(outputs), parts: [] };
  let attempts = 0;
  const { parts } = await runInterrupted({ store, key, attempt, outputs: () => (outputs = makeStepOutputs(join(server.scratch, `${key}-${attempts++}`))) });
  return { whole, resumed: { hashes: await hashesOf(outputs), parts } };
}

function contextOf(plan: RunPlan, unit: string, { outputs, checkpoint }: { outputs: StagingOutputs; checkpoint: Checkpoint }): StepContext {
  const files = Object.fromEntries(plan.source.files.map(({ sha256, path, bytes }) => [sha256, { path, bytes }]));
  return {
    parameters: dataCollection.parameters(plan),
    unit,
    units: [unit],
    inputs: {} as never,
    outputs,
    ports: { marketSource: () => makeFilesSource() } as never,
    execution: { threads: 1, chunkRows: 1000, segmentDays: 5, memoryLimitMiB: 512, featureCache: false, sourceFiles: files },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint,
    seed: () => 1,
    progress: () => undefined,
    count: () => undefined,
  };
}

async function hashesOf(outputs: StagingOutputs): Promise<Record<string, string>> {
  const entries = outputs.staged().map(
    async ({ name, path }) =>
      [
        name,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

test('data-collection, simulated: days that were finished come back as the same files', async () => {
  const plan = await planOf({ retentionDays: 6, segmentDays: 6, simulation: { tradesPerMinute: 2 } });
  const { whole, resumed } = await collectTwice('simulated-days', plan, '2024-01-01..2024-01-06');
  assert.equal(Object.keys(whole.hashes).length, 18);
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.deepEqual(resumed.parts, [...new Set(resumed.parts)]);
  assert.equal(resumed.parts.length, 6);
});

test('data-collection of daily files: days without trades, and ids that are missing, are told as in one pass', async (t) => {
  const folder = await makeMarketFolder(t);
  const DAY_MS = 86_400_000;
  // Ten trades a day; day 3 has none; the first id of days 2, 4 and 5 leaves a gap to the last one before.
  for (const [day, firstId, trades] of [
    [0, 1, 10],
    [1, 20, 10],
    [2, 0, 0],
    [3, 50, 10],
    [4, 90, 10],
  ] as const) {
    const rows = Array.from({ length: trades }, (_, i) => tradeRow(firstId + i, day * DAY_MS + (i + 1) * 1000));
    await folder.write(`ETHUSDT-um-trades-2024-03-0${day + 1}.csv`, [TRADE_HEADER, ...rows].join('\n'));
  }
  const plan = await planOf({ source: 'files', path: folder.root, from: '2024-03-01', to: '2024-03-06', segmentDays: 5 });
  const { whole, resumed } = await collectTwice('daily-files', plan, '2024-03-01..2024-03-05');
  assert.equal(Object.keys(whole.hashes).length, 15);
  assert.deepEqual(resumed.hashes, whole.hashes);
  assert.equal(resumed.parts.length, 5);
  assert.deepEqual(resumed.parts, [...new Set(resumed.parts)]);
});

test('market-regime-classification of trades: the bars of a finished day or month are not made again', async () => {
  const plan = await planOf({ from: '2024-01-29', to: '2024-02-04', segmentDays: 6, simulation: { tradesPerMinute: 4 } });
  const unit = '2024-01-29..2024-02-03';
  const outputs = makeStepOutputs(join(server.scratch, 'bars-source'));
  await collectMarketData(contextOf(plan, unit, { outputs, checkpoint: NO_CHECKPOINT }) as StepContext<never>);
  const days = new Map(outputs.staged().map(({ name, path }) => [name, path]));
  let staged: StagingOutputs = outputs;
  let made = 0;
  const engine = makeBarEngine();
  let attempts = 0;
  const fresh = (): StagingOutputs => (staged = makeStepOutputs(join(server.scratch, `bars-${++attempts}`)));
  const attempt = async (checkpoint: Checkpoint): Promise<void> => {
    const context = {
      ...contextOf(plan, unit, { outputs: staged, checkpoint }),
      unit: null,
      parameters: marketRegimeClassification.parameters(plan),
      inputs: {
        names: (_step: string, prefix: string) => [...days.keys()].filter((name) => name.startsWith(prefix)).sort(),
        path: async (_step: string, name: string) => days.get(name),
      } as never,
      ports: {
        bars: {
          barsFromTrades: async (...call: Parameters<BarEngine['barsFromTrades']>) => {
            made += 1;
            return engine.barsFromTrades(...call);
          },
        },
      } as never,
    };
    await classifyMarketRegimes(context as never);
  };
  fresh();
  await attempt(NO_CHECKPOINT);
  const whole = await hashesOf(staged);
  assert.deepEqual(
    Object.keys(whole).filter((name) => name.startsWith('bars-fine/')),
    ['bars-fine/2024-01', 'bars-fine/2024-02'],
  );
  made = 0;
  const { parts } = await runInterrupted({ store, key: 'bars', attempt, outputs: fresh });
  assert.deepEqual(await hashesOf(staged), whole);
  assert.equal(made, 6);
  assert.equal(parts.filter((part) => /^bars of 2024-0[12]\/trades\//.test(part)).length, 6);
  assert.deepEqual(
    parts.filter((part) => /^bars of 2024-0[12]$/.test(part)),
    ['bars of 2024-01', 'bars of 2024-02'],
    'a finished month is a part, with its table',
  );
});
