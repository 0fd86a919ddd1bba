/** The chain applied to raw bars gives what its training steps wrote, bit for bit, from artifacts and from a bundle. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { bundleFiles, bundleSource, loadChain } from '../../activities/load-chain.js';
import type { ChainDecisions } from '../../core/chain/apply-chain.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { barsKnownBy, barsToTable, barsFromTable } from '../../core/data/bars.js';
import { makeTable, sliceTable, takeRows, textColumn } from '../../core/data/table.js';
import type { Table } from '../../core/data/table.js';
import { membersOf } from '../../core/ensembles/ensemble.js';
import type { TrainedChain } from '../../core/chain/trained-chain.js';
import type { GradientBoosting } from '../../core/models/gradient-boosting.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';
import type { SimulatedChain } from '../support/simulated-chain.js';

const trained = await trainSimulatedChain({ preset: 'quick-test', simulation: { tradesPerMinute: 8 }, retentionDays: 10 });
const inputs = memoryInputs(trained.memory);

function fundingOf({ funding }: SimulatedChain): { timeMs: Float64Array; rate: Float64Array } {
  return { timeMs: funding.columns['timeMs'] as Float64Array, rate: funding.columns['rate'] as Float64Array };
}

function decide(chain: TrainedChain, segment: 'calibration' | 'selection' | 'test', fineBars = trained.fineBars): ChainDecisions {
  return applyChain(chain, { fineBars, funding: fundingOf(trained) }, trained.plan.segments[segment]);
}

function rowsOf(table: Table, segment: string): Table {
  const segments = textColumn(table, 'segment');
  return takeRows(
    table,
    segments.map((_, i) => i).filter((i) => segments[i] === segment),
  );
}

for (const segment of ['calibration', 'selection'] as const) {
  test(`applyChain over ${segment} equals step 11's calibrated to the bit`, async () => {
    const chain = await loadChain(inputs, chainPorts());
    const decisions = decide(chain, segment);
    const calibrated = rowsOf(await inputs.table('confidence-calibration', 'calibrated', 'ares.calibrated'), segment);
    const examples = await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels');
    assert.ok(calibrated.rowCount > 50, `${calibrated.rowCount} calibrated rows`);
    const times = [...decisions.signalTimeMs];
    for (let i = 0; i < calibrated.rowCount; i++) {
      const column = (name: string): number => (calibrated.columns[name] as Float64Array)[i]!;
      const at = times.indexOf(column('closeTimeMs'));
      assert.ok(at >= 0, `no decision for the signal at ${column('closeTimeMs')}`);
      for (const name of ['analystRaw', 'analyst', 'tacticianRaw', 'tactician'] as const)
        assert.equal(decisions[name][at], column(name), `${name} of row ${i}`);
      const example = (calibrated.columns['row'] as Int32Array)[i]!;
      for (const name of ['entryTimeMs', 'side', 'volatility'] as const)
        assert.equal(decisions[name][at], examples.columns[name]![example], `${name} of row ${i}`);
    }
    chain.dispose();
  });
}

test('the pooled column is what the pooled single model predicted in step 5', async () => {
  const chain = await loadChain(inputs, chainPorts());
  const decisions = decide(chain, 'selection');
  const later = rowsTimes(await inputs.table('analyst-specialist-training', 'later/POOLED/lightgbm', 'ares.predictions'));
  let compared = 0;
  decisions.signalTimeMs.forEach((time, i) => {
    const expected = later.get(time);
    if (expected === undefined) return;
    assert.equal(decisions.pooled[i], expected);
    compared++;
  });
  assert.ok(compared > 50, `${compared} rows compared`);
  chain.dispose();
});

test('a chain loaded from the bundle gives the test decisions of the artifacts to the bit', async () => {
  const files = await bundleFiles(inputs);
  const [fromArtifacts, fromBundle] = [await loadChain(inputs, chainPorts()), await loadChain(bundleSource(files), chainPorts())];
  const expected = decide(fromArtifacts, 'test');
  assert.ok(expected.side.length > 50, `${expected.side.length} decisions`);
  assert.deepEqual(decide(fromBundle, 'test'), expected);
  const models = Object.keys(files).filter((name) => name.includes('/models/'));
  assert.equal(models.length, membersOf(fromArtifacts.analyst.ensemble).length + membersOf(fromArtifacts.tactician.ensemble).length);
  fromArtifacts.dispose();
  fromBundle.dispose();
});

test('a bundle is the same bytes each time and lacks nothing: without any one chain file loading fails by name', async () => {
  const files = await bundleFiles(inputs);
  assert.deepEqual(await bundleFiles(inputs), files);
  const forReaders = ['market-regime-classification/imputation', 'analyst-labeling-feature-engineering/feature-catalog', 'data-collection/source'];
  for (const name of Object.keys(files).filter((each) => !forReaders.includes(each))) {
    const { [name]: _, ...rest } = files;
    await assert.rejects(loadChain(bundleSource(rest), chainPorts()), (error: Error) => error.name === 'MissingArtifact' && error.message.includes(name));
  }
});

test('decisions do not change when later bars are cut off', async () => {
  const chain = await loadChain(inputs, chainPorts());
  const whole = decide(chain, 'test');
  for (const share of [0.3, 0.62, 0.9]) {
    const cut = Math.floor(whole.entryTimeMs.length * share);
    const known = decide(chain, 'test', barsKnownBy(trained.fineBars, whole.entryTimeMs[cut - 1]!));
    for (const name of ['signalTimeMs', 'entryTimeMs', 'side', 'analyst', 'tactician', 'pooled', 'volatility'] as const) {
      assert.deepEqual([...known[name]], [...whole[name].subarray(0, cut)], `${name} with ${cut} decisions known`);
    }
  }
  chain.dispose();
});

test('decisions lie inside the span, in order of entry, after their signal', async () => {
  const chain = await loadChain(inputs, chainPorts());
  const { fromMs, toMs } = trained.plan.segments.test;
  const { signalTimeMs, entryTimeMs } = decide(chain, 'test');
  entryTimeMs.forEach((time, i) => {
    assert.ok(signalTimeMs[i]! >= fromMs && time > signalTimeMs[i]! && time < toMs);
    assert.ok(i === 0 || time >= entryTimeMs[i - 1]!);
  });
  assert.equal(applyChain(chain, { fineBars: trained.fineBars, funding: null }, { fromMs: toMs, toMs }).side.length, 0);
  chain.dispose();
});

test('a model whose bytes are not those of the ensemble is refused, and the models loaded before it are freed', async () => {
  const files = await bundleFiles(inputs);
  const name = 'tactician-ensemble-creation/ensemble';
  const text = new TextDecoder().decode(files[name]).replace(/"sha256":"0{64}"/, `"sha256":"${'ab'.repeat(32)}"`);
  const ports = chainPorts();
  let [opened, freed] = [0, 0];
  const gradientBoosting: GradientBoosting = {
    ...ports.gradientBoosting,
    load: (modelText) => {
      const booster = ports.gradientBoosting.load(modelText);
      opened++;
      const dispose = (): void => {
        freed++;
        booster.dispose();
      };
      return { ...booster, dispose };
    },
  };
  await assert.rejects(loadChain(bundleSource({ ...files, [name]: new TextEncoder().encode(text) }), { ...ports, gradientBoosting }), {
    name: 'IntegrityError',
    message: /expected sha256 abab/,
  });
  assert.ok(opened > 0);
  assert.equal(freed, opened);
});

test('other bars and regimes of the test segment change nothing that steps 2 to 12 wrote', { timeout: 120_000 }, async () => {
  const { toMs } = trained.plan.segments.selection;
  const again = await trainSimulatedChain(
    { preset: 'quick-test', simulation: { tradesPerMinute: 8 }, retentionDays: 10 },
    {
      change: ({ fineBars, funding }) => {
        const known = barsKnownBy(fineBars, toMs).closeTimeMs.length;
        const table = barsToTable(fineBars);
        const shaken = Object.fromEntries(
          Object.entries(sliceTable(table, known, table.rowCount).columns).map(([name, column]) => [
            name,
            name.endsWith('Ms') ? column : (column as Float64Array).map((v) => v * 1.5),
          ]),
        );
        const joined = Object.fromEntries(
          Object.entries(sliceTable(table, 0, known).columns).map(([name, column]) => [
            name,
            Float64Array.from([...(column as Float64Array), ...(shaken[name] as Float64Array)]),
          ]),
        );
        return { fineBars: barsFromTable(makeTable(joined)), funding };
      },
    },
  );
  for (const [step, artifacts] of trained.memory.artifacts) {
    if (step === 'data-collection') continue;
    for (const [name, artifact] of artifacts) {
      // Bars, regimes and datasets cover the whole window by design; what is fitted or chosen does not.
      if (['bars', 'regimes', 'split'].includes(name) || name.startsWith('bars-fine/') || name.startsWith('dataset/')) continue;
      assert.deepEqual(again.memory.artifacts.get(step)?.get(name), artifact, `${step}/${name}`);
    }
  }
});

function rowsTimes(table: Table): Map<number, number> {
  const probability = table.columns['probability'] as Float64Array;
  return new Map([...(table.columns['closeTimeMs'] as Float64Array)].map((time, i) => [time, probability[i]!]));
}
