/** A native crash inside a fit ends the child, not the worker. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeComputePool } from '../../../adapters/compute-pool/index.js';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../../adapters/xgboost/index.js';
import { boostingData } from '../../support/boosting-examples.js';

const ENDLESS = 100_000_000;
const ROUNDS = 20;
const LIBRARIES = { lightgbm: [makeGradientBoosting(), 'binary'], xgboost: [makeXgboost(), 'binary:logistic'] } as const;

describe('a fit in a compute child', () => {
  const script = fileURLToPath(new URL('../../support/fitting-pool-script.js', import.meta.url));
  const pool = makeComputePool({ script, size: 1, env: process.env, onRecycle: () => undefined });
  after(async () => pool.close());
  const fit = async (library: string, rounds: number, onPid: (pid: number) => void): Promise<unknown> =>
    pool.run({
      method: 'fit',
      argument: { library, rounds },
      stallMs: 120_000,
      recycleAboveMiB: 4000,
      signal: new AbortController().signal,
      onProgress: ({ message }) => onPid(Number(message)),
    });

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
});
