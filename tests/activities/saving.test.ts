import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { STEP_FUNCTIONS } from '../../activities/index.js';
import { memoryInputs, memoryOutputs, runStepInProcess } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeBundleArchive } from '../../adapters/bundle-archive/index.js';
import type { SourceDescription } from '../../core/data/source-description.js';
import { float64Column, makeTable, textColumn } from '../../core/data/table.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { StepPorts, TrackedResult } from '../../pipeline/ports.js';
import type { Report } from '../../pipeline/report.js';
import { STEPS, stepById } from '../../pipeline/steps/index.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';
import type { SimulatedChain } from '../support/simulated-chain.js';

type Registration = Parameters<StepPorts['registry']['register']>[0];

/** A registry and a ledger that keep what they are told. */
function recordingPorts(): { ports: StepPorts; registered: Registration[]; openings: unknown[] } {
  const registered: Registration[] = [];
  const openings: unknown[] = [];
  const ports: StepPorts = {
    ...chainPorts(),
    registry: { register: async (entry: Registration) => ({ version: '1.0.0', isNew: registered.push(entry) === 1 }) },
    ledger: { record: async (opening) => void openings.push(opening) },
  };
  return { ports, registered, openings };
}

const EXECUTION = { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} };
const NEVER_ABORTED = { aborted: false, throwIfAborted: (): void => undefined };

const SOURCE: SourceDescription = {
  kind: 'simulator',
  synthetic: true,
  dataKind: 'SIMULATED',
  symbol: 'ETHUSDT',
  market: 'perp',
  series: 'trades',
  periodMs: 0,
  fromMs: 0,
  toMs: 1,
  rows: 1000,
  fundingPayments: 30,
  files: [],
  fundingFiles: [],
  external: [],
  pairs: [],
  quotes: null,
  second: null,
  simulation: { tradesPerMinute: 8 },
};

let chain: SimulatedChain;
let recorded: ReturnType<typeof recordingPorts>;
let report: Report;

async function run(memory: ArtifactMemory, ids: readonly string[], ports: StepPorts, plan = chain.plan): Promise<void> {
  for (const id of ids) {
    const definition = stepById(id);
    await runStepInProcess({ definition, run: STEP_FUNCTIONS[definition.id] }, plan, {
      memory,
      ports,
      execution: EXECUTION,
      signal: NEVER_ABORTED,
      checkpoint: NO_CHECKPOINT,
      progress: () => undefined,
    });
  }
}

async function text(memory: ArtifactMemory, name: string): Promise<string> {
  return new TextDecoder().decode(await memoryInputs(memory).bytes('saving', name));
}

before(async () => {
  chain = await trainSimulatedChain({ preset: 'quick-test', simulation: { tradesPerMinute: 8 }, bootstrapPaths: 200 });
  // The chain was given bars; what step 1 says of them is added here.
  chain.memory.artifacts.get('data-collection')?.delete('source');
  const outputs = memoryOutputs(chain.memory, 'data-collection');
  await outputs.json('source', 'ares.source', SOURCE);
  await outputs.table(
    'quality',
    'ares.quality',
    makeTable({
      check: ['gap', 'trades'],
      action: ['flagged', 'passed'],
      count: Int32Array.of(3, 1000),
      file: ['', ''],
      line: Int32Array.of(0, 0),
      timeMs: Float64Array.of(Number.NaN, Number.NaN),
      detail: ['3 bars, "missing"', 'ok'],
    }),
  );
  await outputs.json('quality-summary', 'ares.quality-summary', { rows: 1000, score: 99.7, checks: [] });
  recorded = recordingPorts();
  await run(chain.memory, ['walk-forward-validation', 'monte-carlo-validation', 'ab-testing', 'saving'], recorded.ports);
  report = JSON.parse(await text(chain.memory, 'report.json')) as Report;
});

test('all four formats carry the same figures, digit for digit', async () => {
  const wanted = report.figures.map((figure) => figure.value);
  const table = await memoryInputs(chain.memory).table('saving', 'report.parquet', 'ares.figures');
  assert.deepEqual(
    [...float64Column(table, 'value')].map((value) => (Number.isNaN(value) ? null : value)),
    wanted,
  );
  assert.deepEqual(
    textColumn(table, 'name'),
    report.figures.map((figure) => figure.name),
  );
  const csv = parseCsv(await text(chain.memory, 'report.csv'));
  assert.deepEqual(
    csv.slice(1).map((row) => ({ section: row[0], name: row[1], value: row[2] === '' ? null : Number(row[2]), unit: row[3], source: row[4] })),
    report.figures,
  );
  const shown = [...(await text(chain.memory, 'report.html')).matchAll(/data-section="([^"]*)" data-name="([^"]*)" data-value="([^"]*)"/g)].map((match) =>
    match[3] === '' ? null : Number(match[3]),
  );
  assert.deepEqual([...shown].sort(), [...wanted].sort());
  assert.ok(wanted.length > 200, `${wanted.length} figures`);
});

test('every step before saving has a figure that was read from it, and every source names an artifact that is there', () => {
  const inputs = memoryInputs(chain.memory);
  const sources = report.figures.map((figure) => figure.source).filter((source) => source !== 'plan/priorTestOpenings');
  for (const source of new Set(sources)) {
    const [, step = '', name = '', hash = ''] = /^([^/]+)\/(.+)@([0-9a-f]{64})$/.exec(source) ?? [];
    assert.equal(inputs.ref(stepById(step).id, name).sha256, hash, source);
  }
  const silent = STEPS.map((step) => step.id).filter((id) => id !== 'saving' && !sources.some((source) => source.startsWith(`${id}/`)));
  assert.deepEqual(silent, []);
});

test("the figures of the test segment are those of step 14's trades", async () => {
  const trades = await memoryInputs(chain.memory).table('monte-carlo-validation', 'trades', 'ares.backtest-trades');
  const value = (name: string): number | null | undefined => report.figures.find((figure) => figure.section === 'Test' && figure.name === name)?.value;
  assert.equal(value('strategy trades'), trades.rowCount);
  for (const [name, column] of [
    ['fees', 'fees'],
    ['slippage', 'slippage'],
    ['funding', 'funding'],
    ['net pnl', 'netPnl'],
  ] as const) {
    const sum = float64Column(trades, column).reduce((total, amount) => total + amount, 0);
    assert.ok(Math.abs((value(`strategy ${name}`) ?? Number.NaN) - sum) < 1e-12, `${name}: ${value(`strategy ${name}`)} and ${sum}`);
  }
  for (const name of ['buy and hold net return', 'strategy turnover', 'strategy exposure']) assert.equal(typeof value(name), 'number', name);
  assert.equal(value('flat net return'), 0);
  assert.equal(value('models scored on this test segment, this one included'), 1);
});

test('synthetic data and findings are said', async () => {
  assert.equal(report.synthetic, true);
  assert.equal(report.dataKind, 'SIMULATED');
  assert.match(await text(chain.memory, 'report.html'), /Simulated data/);
  assert.ok(report.tables.some((table) => table.rows.some((row) => row.includes('3 bars, "missing"'))));
});

test('what the models looked at is a section of its own: strongest features, coverage promised and measured, rows unlike train, the mixture', () => {
  const own = report.figures.filter((figure) => figure.section === 'What the models looked at');
  for (const [pattern, least] of [
    [/^analyst lightgbm, .*: mean absolute contribution$/, 2],
    [/^tactician lightgbm, .*: mean absolute contribution$/, 2],
    [/label sets that held the label/, 8],
    [/share of (rows|decisions) unlike train/, 6],
    [/Brier score of the online mixture/, 2],
  ] as const) {
    const found = own.filter(({ name }) => pattern.test(name));
    assert.ok(found.length >= least && found.every(({ value }) => value !== null && value >= 0 && value < 20), `${pattern}: ${found.length}`);
  }
  assert.equal(report.tables.filter((table) => table.section === 'What the models looked at').length, 4);
});

test('the decisions that step 15 recorded are those handed over', async () => {
  const inputs = memoryInputs(chain.memory);
  const saved = await inputs.table('saving', 'test-decisions', 'ares.decisions');
  const recordedDecisions = await inputs.table('ab-testing', 'decisions', 'ares.decision-records');
  for (const [name, column] of Object.entries(saved.columns)) assert.deepEqual(recordedDecisions.columns[name], column, name);
});

test('a regime whose specialist was pooled is listed as too little data', async () => {
  const inputs = memoryInputs(chain.memory);
  const names = inputs.names('analyst-specialist-training', 'record/');
  const records = await Promise.all(names.map(async (name) => ({ name, ...(await inputs.json<{ status: string }>('analyst-specialist-training', name)) })));
  for (const { name, status } of records) {
    assert.equal(
      report.insufficient.some((line) => line.startsWith(`analyst-specialist-training, ${name.slice('record/'.length)}:`)),
      status === 'pooled',
      name,
    );
  }
});

test("the bundle unpacks to the chain's files, and the registry is told its hash, address and lineage once", async () => {
  const inputs = memoryInputs(chain.memory);
  const bytes = await inputs.bytes('saving', 'bundle');
  const files = await makeBundleArchive().unpack(bytes);
  assert.ok('final-parameters-optimization/parameters' in files);
  assert.equal(recorded.registered.length, 1);
  const entry = recorded.registered[0] as Registration;
  assert.equal(entry.bundleSha256, recorded.ports.sha256(bytes));
  assert.ok(entry.bundleUri.endsWith(`/${entry.bundleSha256}`));
  assert.deepEqual(Object.keys((entry.lineage as { artifacts: object }).artifacts), Object.keys(files).sort());
  assert.ok(recorded.openings.length >= 2);
});

test('the same artifacts give the same bytes, whatever version the registry gives', async () => {
  const { artifacts } = chain.memory;
  const again: ArtifactMemory = { artifacts: new Map([...artifacts].filter(([step]) => step !== 'saving')) };
  const { ports } = recordingPorts();
  await run(again, ['saving'], { ...ports, registry: { register: async () => ({ version: '9.9.9', isNew: true }) } });
  for (const name of ['bundle', 'report.html', 'report.json', 'report.csv']) {
    assert.deepEqual(await memoryInputs(again).bytes('saving', name), await memoryInputs(chain.memory).bytes('saving', name), name);
  }
});

test('a run that asks for a tracker is logged before it is registered, and a refusal registers nothing', async () => {
  const plan = { ...chain.plan, spec: { ...chain.plan.spec, tracking: 'mlflow' as const } };
  const saveTracked = async (log: StepPorts['tracker']['log']): Promise<Registration[]> => {
    const { ports, registered } = recordingPorts();
    const memory: ArtifactMemory = { artifacts: new Map([...chain.memory.artifacts].filter(([step]) => step !== 'saving')) };
    await run(memory, ['saving'], { ...ports, tracker: { log } }, plan).catch((error: Error) => assert.equal(error.name, 'AccessDenied'));
    return registered;
  };
  const logged: TrackedResult[] = [];
  assert.equal((await saveTracked(async (result) => void logged.push(result))).length, 1);
  assert.equal(logged.length, 1);
  assert.deepEqual(
    logged[0]?.report.figures.map((figure) => figure.value),
    report.figures.map((figure) => figure.value),
  );
  assert.equal(logged[0]?.dataTimeMs, chain.plan.segments.test.toMs);
  assert.equal(logged[0]?.series[0]?.points.length, chain.plan.settings.walkForwardWindows);
  const refused = saveTracked(async () => {
    throw new PipelineError('AccessDenied', 'refused');
  });
  assert.deepEqual(await refused, []);
});

test('a test result that differs from what step 14 stored stops the step', async () => {
  const artifacts = new Map([...chain.memory.artifacts].filter(([step]) => step !== 'saving'));
  const equity = await memoryInputs(chain.memory).table('monte-carlo-validation', 'equity', 'ares.equity');
  const changed = makeTable({ ...equity.columns, equity: float64Column(equity, 'equity').map((value, i) => (i === 5 ? value + 1e-9 : value)) });
  artifacts.set('monte-carlo-validation', new Map([...(artifacts.get('monte-carlo-validation') ?? []), ['equity', { table: changed }]]));
  await assert.rejects(run({ artifacts }, ['saving'], recordingPorts().ports), {
    name: 'IntegrityError',
    message: /differs from monte-carlo-validation\/equity/,
  });
});

/** RFC 4180. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}
