/** The local stack: what is missing of Temporal, S3 and a worker is started, what runs is used, what was started here is stopped. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from '../adapters/local-paths.js';
import { LOCAL_STORE, readLocalProfile, storeEnvironment, temporalEnvironment } from '../adapters/local-profile.js';
import type { LocalProfile } from '../adapters/local-profile.js';
import type { RunningChild } from './child-process.js';
import { logTail, stopProcess } from './child-process.js';
import { isRunning, processIdentity } from './process-identity.js';
import { answers, onFreePorts } from './network-address.js';
import { TEMPORAL, VERSITYGW, ensureProgram } from './programs.js';
import { say } from './progress.js';
import { buildStamp, repositoryRoot } from './repository-root.js';
import type { ServiceOptions } from './service.js';
import { withSetUpLock } from './set-up-lock.js';
import { forgetStopped, otherUsers, registerUser, writeProfile } from './stack-state.js';
import { isStoreServing, startStore } from './store-server.js';
import { isServing, registerSearchAttributes, startTemporal } from './temporal-server.js';
import { awaitPolling, startWorker, watchWorker } from './worker-process.js';
import type { Watch, WorkerOptions } from './worker-process.js';

export interface LocalStackOptions {
  /** Leave running what is started, also after this process. */
  readonly keep?: boolean;
  /** False: services only. */
  readonly worker?: boolean;
  /** Return only when the worker polls. */
  readonly awaitWorker?: boolean;
}

export interface LocalStack {
  /** What worker, client and tools need to find the stack. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of what was started here; the rest was running already. */
  readonly started: readonly string[];
  /** Settles with the reason when a part that was started here died for good; stays open else. */
  readonly failed: Promise<string>;
  /** Stops what was started here, after other users of the stack are done (`now`: at once). */
  stop(options?: { readonly now?: boolean }): Promise<void>;
}

interface Parts {
  /** What is or will be written down; addresses that the environment gives stay out of it. */
  profile: LocalProfile;
  /** What worker and client are told. */
  environment: Record<string, string>;
  readonly children: RunningChild[];
  watch: Watch | null;
  readonly fail: (reason: string) => void;
}

/**
 * The local stack, up and answering. Temporal and the store are taken from TEMPORAL_ADDRESS and AWS_ENDPOINT_URL_S3 where those are
 * set, else from the running stack's profile, else started.
 * @throws Error when an address that is set does not answer, or a part does not come up (with its log's tail).
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const folder = stateFolder();
  await mkdir(join(folder, 'logs'), { recursive: true });
  await chmod(folder, 0o700);
  const failure = deferred<string>();
  const parts: Parts = { profile: EMPTY_PROFILE, environment: {}, children: [], watch: null, fail: failure.resolve };
  const unregister = await registerUser();
  try {
    await withSetUpLock(join(folder, 'stack'), () => bringUp(parts, options, folder));
  } catch (error) {
    await stopChildren(parts);
    await unregister();
    throw error;
  }
  for (const child of parts.children) if (child.name !== 'worker') reportEnd(child, parts);
  const stop = async (how: { readonly now?: boolean } = {}): Promise<void> => {
    await unregister();
    if (options.keep === true || parts.children.length === 0) return;
    if (how.now !== true) await awaitOtherUsers();
    await stopChildren(parts);
    await forgetStopped();
  };
  return { environment: parts.environment, started: parts.children.map((child) => child.name), failed: failure.promise, stop };
}

/** Stops the stack that the profile describes, whoever started it. Returns the names of what was stopped. */
export async function stopRecordedStack(): Promise<readonly string[]> {
  const profile = readLocalProfile();
  if (profile === null) return [];
  if (profile.owner !== null && isRunning(profile.owner.process)) {
    process.kill(profile.owner.process.pid, 'SIGTERM');
    while (isRunning(profile.owner.process)) await sleep(POLL_MS);
    return ['stack'];
  }
  const stopped: string[] = [];
  for (const name of ['worker', 'temporal', 'store'] as const) {
    const part = profile[name];
    if (part === null || !isRunning(part.process)) continue;
    await stopProcess(part.process);
    stopped.push(name);
  }
  await forgetStopped();
  return stopped;
}

const POLL_MS = 200;
const EMPTY_PROFILE: LocalProfile = { schema: 'ares.local-profile', temporal: null, store: null, worker: null, owner: null };

async function bringUp(parts: Parts, options: LocalStackOptions, folder: string): Promise<void> {
  parts.profile = readLocalProfile() ?? EMPTY_PROFILE;
  const service = { folder, keep: options.keep === true };
  parts.environment = {
    ARES_STORE: process.env['ARES_STORE'] || LOCAL_STORE,
    ...(await bringUpStore(parts, service)),
    ...(await bringUpTemporal(parts, service)),
  };
  const servicesStarted = parts.children.length;
  if (options.worker !== false) await bringUpWorker(parts, options, service);
  if (parts.children.length === 0) return;
  const owner = processIdentity(process.pid);
  if (options.keep === true) parts.profile = { ...parts.profile, owner: null };
  else if (servicesStarted > 0 && owner !== null) parts.profile = { ...parts.profile, owner: { process: owner, root: repositoryRoot() } };
  await writeProfile(parts.profile);
}

/** Environment of the store that is used: a given address, the running one, or one started here. */
async function bringUpStore(parts: Parts, service: ServiceOptions): Promise<Record<string, string>> {
  const recorded = parts.profile.store;
  const given = process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL'];
  if (given && given !== recorded?.endpoint) {
    if (!(await answers(given))) throw new Error(`expected an S3 server at ${given} (AWS_ENDPOINT_URL_S3), found nothing that answers there`);
    return { AWS_ENDPOINT_URL_S3: given };
  }
  if (recorded === null || !isRunning(recorded.process) || !(await isStoreServing(recorded.endpoint))) {
    const program = await ensureProgram(VERSITYGW);
    const { child, store } = await onFreePorts(() => startStore(program.path, service));
    parts.children.push(child);
    parts.profile = { ...parts.profile, store };
  }
  return storeEnvironment(parts.profile);
}

/** Environment of the Temporal that is used: a given address, the running one, or one started here. */
async function bringUpTemporal(parts: Parts, service: ServiceOptions): Promise<Record<string, string>> {
  const recorded = parts.profile.temporal;
  const given = process.env['TEMPORAL_ADDRESS'];
  if (given && given !== recorded?.address) {
    if (!(await answers(given))) throw new Error(`expected Temporal at ${given} (TEMPORAL_ADDRESS), found nothing that answers there`);
    return { TEMPORAL_ADDRESS: given };
  }
  const program = await ensureProgram(TEMPORAL);
  if (recorded !== null && isRunning(recorded.process) && (await isServing(program.path, recorded.address))) {
    await registerSearchAttributes(program.path, recorded.address);
  } else {
    const { child, temporal } = await onFreePorts(() => startTemporal(program.path, service));
    parts.children.push(child);
    parts.profile = { ...parts.profile, temporal };
  }
  return temporalEnvironment(parts.profile);
}

async function bringUpWorker(parts: Parts, options: LocalStackOptions, service: ServiceOptions): Promise<void> {
  const root = repositoryRoot();
  const { environment } = parts;
  const wanted = {
    root,
    build: buildStamp(root),
    temporalAddress: String(environment['TEMPORAL_ADDRESS']),
    storeEndpoint: String(environment['AWS_ENDPOINT_URL_S3']),
  };
  if (await isUsable(parts.profile.worker, parts.profile.owner, wanted)) return;
  const workerOptions: WorkerOptions = { ...service, root, environment };
  const child = await startWorker(workerOptions);
  parts.children.push(child);
  parts.profile = { ...parts.profile, worker: { process: child.identity, ...wanted } };
  if (options.keep !== true) {
    parts.watch = watchWorker(child, workerOptions, {
      onRestart: async (next) => {
        parts.profile = { ...parts.profile, worker: { process: next.identity, ...wanted, build: buildStamp(root) } };
        await writeProfile(parts.profile);
      },
      onHopeless: parts.fail,
    });
  }
  if (options.awaitWorker === true) await awaitPolling(child, (await ensureProgram(TEMPORAL)).path, wanted.temporalAddress);
}

/**
 * Whether the recorded worker runs this build and serves these addresses. One of an older build of this clone is replaced: ended here,
 * and started anew by whoever watches over it, or by us.
 */
async function isUsable(
  recorded: LocalProfile['worker'],
  owner: LocalProfile['owner'],
  wanted: Omit<NonNullable<LocalProfile['worker']>, 'process'>,
): Promise<boolean> {
  if (recorded === null || !isRunning(recorded.process)) return false;
  const sameAddresses = recorded.temporalAddress === wanted.temporalAddress && recorded.storeEndpoint === wanted.storeEndpoint;
  if (!sameAddresses) return false;
  if (recorded.root !== wanted.root) {
    throw new Error(
      `the running stack's worker is of another clone, ${recorded.root}: stop that stack there (npm run stack -- --stop), or set ARES_STATE to another folder for this one`,
    );
  }
  if (recorded.build === wanted.build) return true;
  say('the running worker is of an older build; it is started again');
  await stopProcess(recorded.process);
  return owner !== null && isRunning(owner.process);
}

function reportEnd(child: RunningChild, parts: Parts): void {
  void child.ended.then((reason) => parts.fail(`${child.name} ${reason}\n${logTail(child.logPath)}`));
}

async function stopChildren(parts: Parts): Promise<void> {
  parts.watch?.release();
  const worker = parts.watch?.current();
  if (worker !== undefined) await worker.stop();
  for (const child of [...parts.children].reverse()) await child.stop();
}

async function awaitOtherUsers(): Promise<void> {
  let told = '';
  for (;;) {
    const users = await otherUsers();
    if (users.length === 0) return;
    const line = `another run uses this stack (process ${users.map((user) => user.pid).join(', ')}); waiting for it before stopping`;
    if (line !== told) say(line);
    told = line;
    await sleep(POLL_MS);
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
