/** A compute child that fits a booster for as long as it takes somebody to kill it, or one of twenty rounds; or a network, epoch by epoch. */
import workerpool from 'workerpool';
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../adapters/xgboost/index.js';
import { dieWithParent } from '../../worker/die-with-parent.js';
import { boostingData } from './boosting-examples.js';
import { fitSmallNetwork } from './fit-small-network.js';

dieWithParent();
workerpool.worker({
  fit: async ({ library, rounds }: { library: 'lightgbm' | 'xgboost'; rounds: number }) => {
    const isLightgbm = library === 'lightgbm';
    const objective = isLightgbm ? 'binary' : 'binary:logistic';
    const booster = (isLightgbm ? makeGradientBoosting() : makeXgboost()).train(boostingData(2000, 'binary'), { objective }, rounds, (round) => {
      if (round === 3) workerpool.workerEmit({ fraction: 0, message: String(process.pid) });
      return true;
    });
    const text = booster.modelText();
    booster.dispose();
    return { result: text, residentMiB: 10 };
  },
  network: async ({ stateFile }: { stateFile: string }) => {
    const model = await fitSmallNetwork(stateFile, (epoch) => workerpool.workerEmit({ fraction: 0, message: `${process.pid} ${epoch}` }));
    return { result: model, residentMiB: 10 };
  },
});
