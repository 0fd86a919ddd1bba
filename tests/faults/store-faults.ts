/** An S3 server that refuses, breaks, stalls or dies while a step commits. */
import type { StepId } from '../../pipeline/steps/index.js';
import type { Fault } from '../support/fault-proxy.js';
import { startS3Server } from '../support/s3-server.js';
import type { Lane } from './fault-lane.js';
import { FAULT_SPEC } from './fault-spec.js';
import type { FaultOutcome, FaultScenario, FaultWorld } from './fault-world.js';
import { beforeStep, holdingCommits, keyOf, letAllPass } from './injection.js';
import { judgeFaults } from './judge-run.js';
import type { StruckFault } from './judge-run.js';
import { until } from './until.js';

const RUN = 'store';

interface StoreFault {
  readonly step: StepId;
  readonly what: string;
  readonly fault: Fault;
  readonly method: 'PUT' | 'GET' | 'HEAD';
  readonly folder: 'objects' | 'manifests' | '';
  /** Requests that it strikes. */
  readonly times: number;
}

/** The client tries a request three times; more strikes than that make the attempt fail, and the next one goes on. */
const STORE_FAULTS: readonly StoreFault[] = [
  { step: 'data-collection', what: 'PUT torn in mid-body', fault: 'torn', method: 'PUT', folder: 'objects', times: 1 },
  { step: 'market-regime-classification', what: '503 SlowDown twice', fault: 'unavailable', method: 'PUT', folder: 'objects', times: 2 },
  { step: 'regime-data-splitting', what: '503 SlowDown, attempt lost', fault: 'unavailable', method: 'PUT', folder: 'objects', times: 6 },
  { step: 'analyst-labeling-feature-engineering', what: '500 InternalError, attempt lost', fault: 'broken', method: 'PUT', folder: 'objects', times: 6 },
  { step: 'analyst-specialist-training', what: 'answer of the commit lost', fault: 'lost', method: 'PUT', folder: 'manifests', times: 1 },
  { step: 'analyst-enhancement', what: 'connections reset, attempt lost', fault: 'reset', method: 'PUT', folder: 'objects', times: 6 },
  { step: 'analyst-ensemble-creation', what: 'every request takes 0.5 s', fault: 'slow', method: 'PUT', folder: '', times: 1000 },
  { step: 'tactician-labeling', what: 'existence checks answer 500', fault: 'broken', method: 'HEAD', folder: 'objects', times: 6 },
  { step: 'tactician-specialist-training', what: 'commit torn in mid-body', fault: 'torn', method: 'PUT', folder: 'manifests', times: 6 },
  { step: 'tactician-ensemble-creation', what: '503 on the commit, attempt lost', fault: 'unavailable', method: 'PUT', folder: 'manifests', times: 3 },
];

/** One run through all of them, a fault a step. */
export const storeAnswersScenario: FaultScenario = { name: 'store answers', faults: STORE_FAULTS.length, isShort: true, run: runStoreAnswers };

async function runStoreAnswers(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const struck: StruckFault[] = [];
  for (const { step, what, fault, method, folder, times } of STORE_FAULTS) {
    await beforeStep(lane, step, () => undefined);
    let left = times;
    const rule = lane.proxy.rule();
    lane.proxy.setRule((request) => {
      const isHit = left > 0 && request.method === method && request.path.includes(`/${folder}`);
      if (isHit) left -= 1;
      return isHit ? fault : rule(request);
    });
    const fromMs = Date.now();
    const over = await lane.logged(`${step} is done`, (entry) => entry.key === keyOf(reference, step) && entry.event === 'done');
    lane.proxy.setRule(rule);
    const problems = left === times ? ['the fault did not strike'] : [];
    struck.push({ fault: `S3: ${what}`, where: step, span: { fromMs, overMs: over.timeMs }, problems });
  }
  letAllPass(lane);
  await lane.result(RUN);
  return judgeFaults(lane, reference, struck);
}

/** The server killed while a manifest is on its way, and started again. */
export const storeKilledScenario: FaultScenario = { name: 'store killed', faults: 2, isShort: false, run: runStoreKilled };

async function runStoreKilled(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const own = await startS3Server();
  try {
    const lane = await world.lane({ s3: own.env });
    await lane.startWorker();
    await lane.start(RUN, FAULT_SPEC);
    const struck: StruckFault[] = [];
    for (const step of ['analyst-ensemble-creation', 'saving'] as const) {
      const key = keyOf(reference, step);
      let fromMs = 0;
      await holdingCommits(lane, [key], async () => {
        await until(`the commit of ${step} is on its way`, () => lane.proxy.isHeld(({ path }) => path.includes(key)));
        await own.kill();
        fromMs = Date.now();
      });
      lane.proxy.release();
      await retried(lane, step);
      await own.restart();
      const over = await lane.logged(`${step} is done`, (entry) => entry.key === key && entry.event === 'done');
      struck.push({ fault: 'kill -9 S3 server in mid-commit', where: step, span: { fromMs, overMs: over.timeMs } });
    }
    await lane.result(RUN);
    return await judgeFaults(lane, reference, struck);
  } finally {
    await own.stop();
  }
}

/** Waits until Temporal knows that an attempt at the step failed. */
async function retried(lane: Lane, step: StepId): Promise<void> {
  await until(`${step} is tried again`, async () => {
    const { raw } = await lane.client.workflow.getHandle(RUN).describe();
    return (raw.pendingActivities ?? []).some((pending) => (pending.activityId ?? '').startsWith(step) && (pending.attempt ?? 1) > 1);
  });
}

/** A server that stays away until the run parks; mended, the step is sent on by the operator's Update. */
export const storeParksScenario: FaultScenario = { name: 'store parks', faults: 1, isShort: false, run: runStoreParks };

async function runStoreParks(world: FaultWorld): Promise<readonly FaultOutcome[]> {
  const reference = await world.reference(FAULT_SPEC);
  const lane = await world.lane();
  await lane.startWorker();
  await lane.start(RUN, FAULT_SPEC);
  const step = 'tactician-labeling';
  await beforeStep(lane, step, () => undefined);
  const fromMs = Date.now();
  lane.proxy.setRule(({ method, path }) => (method === 'PUT' && path.includes('/objects/') ? 'unavailable' : 'pass'));
  lane.proxy.release();
  await until('the run is blocked', async () => (await lane.status(RUN)).state === 'Blocked');
  const blocked = (await lane.status(RUN)).steps.find(({ id }) => id === step);
  lane.proxy.setRule(() => 'pass');
  const overMs = Date.now();
  await lane.client.workflow.getHandle(RUN).executeUpdate('retryStep', { args: [{ step, attempt: blocked?.attempt }] });
  await lane.result(RUN);
  const problems = blocked?.error?.type === 'StoreUnavailable' ? [] : [`blocked by ${blocked?.error?.type ?? 'nothing'} instead of StoreUnavailable`];
  return judgeFaults(lane, reference, [{ fault: 'S3: 503 until the run parks, then retryStep', where: step, span: { fromMs, overMs }, problems }]);
}
