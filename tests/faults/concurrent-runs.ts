/** Many runs at once: of one spec, of several, and one id started twice. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TASK_QUEUES, WORKFLOW_TYPES } from '../../pipeline/run-status.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { judgeFaults } from './judge-run.js';
import { readContents } from './store-contents.js';

/** Two runs of one spec on two workers, and a second start with an id that is running. */
export const twinRunsScenario: FaultScenario = { name: 'twin runs', faults: 2, isShort: false, run: runTwins };

async function runTwins(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await Promise.all([lane.startWorker(), lane.startWorker()]);
  const fromMs = Date.now();
  await Promise.all([lane.start('left', FAULT_SPEC), lane.start('right', FAULT_SPEC)]);
  const refused = await lane.start('left', FAULT_SPEC).then(
    () => 'it was started a second time',
    (error: unknown) => (error instanceof WorkflowExecutionAlreadyStartedError ? null : String(error)),
  );
  const running = await lane.client.workflow.getHandle('left').describe();
  const joined = await lane.client.workflow.start(WORKFLOW_TYPES.trainPipeline, {
    taskQueue: TASK_QUEUES.workflow,
    workflowId: 'left',
    args: [FAULT_SPEC],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  const problems = [...(refused === null ? [] : [refused]), ...(joined.firstExecutionRunId === running.runId ? [] : ['UseExisting started another run'])];
  await Promise.all([lane.result('left'), lane.result('right')]);
  // Whoever is second in a step adopts the first one's result or computes beside it: a race, not lost work.
  const span = { fromMs, overMs: Date.now() };
  return judgeFaults(lane, reference, [
    { fault: 'two runs of one spec at once', where: '2 workers', span: { ...span, toMs: span.overMs } },
    { fault: 'one id started twice', where: 'while it runs', span: { ...span, toMs: span.overMs }, problems },
  ]);
}

const RUNS = 20;
const SEEDS = [7, 8, 9, 10] as const;
const WORKERS = 3;

/** Twenty runs over four seeds on three workers: one set of results a seed. */
export const manyRunsScenario: FaultScenario = { name: 'many runs', faults: 1, isShort: false, run: runMany };

async function runMany(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await Promise.all(Array.from({ length: WORKERS }, async () => lane.startWorker()));
  const started = performance.now();
  const ids = Array.from({ length: RUNS }, (_, i) => ({ id: `many-${i}`, seed: SEEDS[i % SEEDS.length] as number }));
  await Promise.all(ids.map(async ({ id, seed }) => lane.start(id, { ...FAULT_SPEC, seed })));
  const results = await Promise.all(ids.map(async ({ id, seed }) => ({ seed, result: await lane.result(id) })));
  const contents = await readContents(lane.store);
  const problems: string[] = [];
  for (const seed of SEEDS) {
    const texts = new Set(
      results.filter((one) => one.seed === seed).map(({ result }) => JSON.stringify(result.steps.map(({ key, artifacts }) => [key, artifacts]))),
    );
    if (texts.size !== 1) problems.push(`${texts.size} different results of seed ${seed}`);
  }
  const wanted = reference.contents.manifests.size * SEEDS.length;
  if (contents.manifests.size !== wanted) problems.push(`${contents.manifests.size} manifests instead of ${wanted}`);
  for (const [name, text] of reference.contents.manifests)
    if (contents.manifests.get(name) !== text) problems.push(`manifest ${name} differs from the undisturbed run`);
  if (contents.registered.length !== SEEDS.length) problems.push(`${contents.registered.length} registered bundles instead of ${SEEDS.length}`);
  problems.push(...contents.checkpoints.map((key) => `checkpoint ${key} was left behind`));
  return [
    {
      fault: `${RUNS} runs at once`,
      where: `${WORKERS} workers, ${SEEDS.length} seeds`,
      redone: 'nothing',
      seconds: (performance.now() - started) / 1000,
      problems,
    },
  ];
}
