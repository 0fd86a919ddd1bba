/**
 * Records the histories that replay.test.ts replays: production workflow code on a real server, activities of the test.
 * Run it when the workflow code changes its commands on purpose: `node dist/tests/replay/record-histories.js [folder]`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { badData, downAtFirst, startHarness, storeDown, untilCancelled } from '../workflows/workflow-harness.js';
import type { WorkflowHarness } from '../workflows/workflow-harness.js';

const MANIFEST = `s3://ares/default/manifests/regime-data-splitting/${'a'.repeat(64)}.json`;
const STEP = 'regime-data-splitting';

/** Each way a run can go, brought about for real; the value is the workflow id. */
const STORIES: Readonly<Record<string, (harness: WorkflowHarness) => Promise<string>>> = {
  success: async (harness) => {
    harness.channel = () => [{ channel: 'webhook-1', state: 'sent', detail: 'delivered' }];
    const id = await ended(harness, await harness.start({}));
    harness.channel = null;
    return id;
  },
  'success-with-units': async (harness) => ended(harness, await harness.start({ fanOut: 'activities' })),
  'retried-by-temporal': async (harness) =>
    ended(
      harness,
      await harness.start(
        {},
        {
          [STEP]: (_, call) => {
            if (call === 1) throw ApplicationFailure.retryable('S3 is down', 'StoreUnavailable');
          },
        },
      ),
    ),
  'parked-and-retried': async (harness) => {
    const id = await parked(harness, downAtFirst);
    await harness.update(id, 'retryStep', { step: STEP, attempt: 1, note: 'store is back', overrides: { maxTrials: 4 } });
    return ended(harness, id);
  },
  'plan-parked': async (harness) => {
    const id = await harness.start({}, { plan: downAtFirst });
    await harness.until(id, (status) => status.state === 'Blocked');
    await harness.update(id, 'retryStep', { step: 'plan', attempt: 1 });
    return ended(harness, id);
  },
  supplied: async (harness) => {
    const id = await parked(harness, storeDown);
    await harness.update(id, 'skipStep', { step: STEP, attempt: 1, artifact: MANIFEST, note: 'of another run' });
    return ended(harness, id);
  },
  'adjusted-and-paused': async (harness) => {
    const id = await parked(harness, downAtFirst);
    await harness.update(id, 'setPaused', { paused: true });
    await harness.update(id, 'adjust', { overrides: { bootstrapPaths: 500 }, note: 'for a look' });
    await harness.update(id, 'retryStep', { step: STEP, attempt: 1 });
    await harness.update(id, 'setPaused', { paused: false });
    return ended(harness, id);
  },
  canceled: async (harness) => {
    const id = await harness.start({}, { [STEP]: untilCancelled });
    await harness.until(id, (status) => status.current.includes(STEP));
    await harness.ares.cancel(id);
    return ended(harness, id);
  },
  failed: async (harness) => ended(harness, await harness.start({}, { 'monte-carlo-validation': badData })),
  'failed-by-operator': async (harness) => {
    const id = await parked(harness, storeDown);
    await harness.update(id, 'failRun', { step: STEP, attempt: 1 });
    return ended(harness, id);
  },
  'reset-after-an-update': async (harness) => {
    const id = await parked(harness, storeDown);
    await harness.update(id, 'failRun', { step: STEP, attempt: 1 });
    await ended(harness, id);
    harness.behaviour.clear();
    await harness.ares.resume(id);
    return ended(harness, id);
  },
};

async function parked(harness: WorkflowHarness, behaviour: typeof downAtFirst): Promise<string> {
  const id = await harness.start({}, { [STEP]: behaviour });
  await harness.until(id, (status) => status.state === 'Blocked' && status.current.length === 0);
  return id;
}

/** Waits for the end, whatever it is. */
async function ended(harness: WorkflowHarness, id: string): Promise<string> {
  await harness.result(id).catch(() => undefined);
  return id;
}

/** Paths and names of the recording machine are left out: replay reads neither. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return key === 'identity' ? 'recorder' : value;
}

const folder = resolve(process.argv[2] ?? 'tests/replay/histories');
await mkdir(folder, { recursive: true });
const harness = await startHarness();
try {
  for (const [name, story] of Object.entries(STORIES)) {
    const history = await harness.client.workflow.getHandle(await story(harness)).fetchHistory();
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(JSON.parse(historyToJSON(history), withoutMachine))}\n`);
    console.log(`${name}: ${history.events?.length} events`);
  }
} finally {
  await harness.stop();
}
