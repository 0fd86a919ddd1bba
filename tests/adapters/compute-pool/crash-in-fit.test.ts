/** A native crash inside a fit ends the child, not the worker. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeComputePool } from '../../../adapters/compute-pool/index.js';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../../adapters/xgboost/index.js';
import { boostingData } from '../../support/boosting-examples.js';
import { fitSmallNetwork } from '../../support/fit-small-network.js';

const ENDLESS = 100_000_000;
const ROUNDS = 20;
/** The epoch whose state is kept when the network's process is struck. */
const STRUCK_EPOCH = 5;
const LIBRARIES = { lightgbm: [makeGradientBoosting(), 'binary'], xgboost: [makeXgboost(), 'binary:logistic'] } as const;

describe('a fit in a compute child', () => {
  const script = fileURLToPath(new URL('../../support/fitting-pool-script.js', import.meta.url));
  const pool = makeComputePool({ script, size: 1, env: process.env, onRecycle: () => undefined });
  const folder = mkdtempSync(join(tmpdir(), 'ares-crash-in-fit-'));
  after(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });
  const run = async (method: string, argument: object, onMessage: (message: string) => void): Promise<unknown> =>
    pool.run({
      method,
      argument,
      stallMs: 120_000,
      recycleAboveMiB: 4000,
      signal: new AbortController().signal,
      onProgress: ({ message }) => onMessage(message),
    });
  const fit = async (library: string, rounds: number, onPid: (pid: number) => void): Promise<unknown> =>
    run('fit', { library, rounds }, (message) => onPid(Number(message)));

  for (const library of ['lightgbm', 'xgboost'] as const) {
    for (const [signal, cause] of [
      ['SIGSEGV', 'a segmentation fault'],
      ['SIGKILL', 'an out-of-memory kill'],
    ] as const) {
      test(`${library}: ${cause} is ChildCrashed, and the next attempt gives the model of an undisturbed fit`, async () => {
        await assert.rejects(
          fit(library, ENDLESS, (pid) => process.kill(pid, signal)),
          (error: Error) => error.name === 'ChildCrashed' && error.message.includes(signal),
        );
        const [own, objective] = LIBRARIES[library];
        const booster = own.train(boostingData(2000, 'binary'), { objective }, ROUNDS);
        assert.equal(await fit(library, ROUNDS, () => undefined), booster.modelText());
        booster.dispose();
      });
    }
  }

  for (const [signal, cause] of [
    ['SIGSEGV', 'a segmentation fault'],
    ['SIGKILL', 'an out-of-memory kill'],
  ] as const) {
    test(`network: ${cause} after an epoch is ChildCrashed, and the next attempt goes on from that epoch to the bytes of an undisturbed fit`, async () => {
      const stateFile = join(folder, signal);
      const struck = run('network', { stateFile }, (message) => {
        const [pid, epoch] = message.split(' ').map(Number) as [number, number];
        if (epoch === STRUCK_EPOCH) process.kill(pid, signal);
      });
      await assert.rejects(struck, (error: Error) => error.name === 'ChildCrashed' && error.message.includes(signal));
      const epochs: number[] = [];
      const model = await run('network', { stateFile }, (message) => epochs.push(Number(message.split(' ')[1])));
      assert.ok((epochs[0] as number) > STRUCK_EPOCH, `went on with epoch ${epochs[0]}`);
      assert.equal(model, await fitSmallNetwork(join(folder, `${signal}-undisturbed`), () => undefined));
    });
  }
});
