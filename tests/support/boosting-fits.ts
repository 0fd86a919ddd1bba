/** A process that fits and drops boosters; prints a JSON line: MiB of resident memory after each hundred fits. Arguments: library, fits. */
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../adapters/xgboost/index.js';
import { boostingData, boostingExamples } from './boosting-examples.js';

const [name = '', fits = ''] = process.argv.slice(2);
const isLightgbm = name === 'lightgbm';
const library = isLightgbm ? makeGradientBoosting() : makeXgboost();
const settings = isLightgbm ? { objective: 'binary', num_leaves: 15, metric: 'auc' } : { objective: 'binary:logistic', max_depth: 4, eval_metric: 'auc' };
const data = { ...boostingData(20_000, 'binary'), validation: { examples: boostingExamples(20_000, 'binary', { seed: 2 }), patience: 2 } };
const few = boostingExamples(20, 'binary', { seed: 3 }).x;

const residentMiB: number[] = [];
for (let fit = 1; fit <= Number(fits); fit++) {
  // Every second fit ends by what its callback throws, every 25th by what the library refuses.
  if (fit % 2 === 0) throwing(() => library.train(data, settings, 2, stop));
  else if (fit % 25 === 0) throwing(() => library.train(data, { ...settings, objective: 'no-such-objective' }, 2));
  else useOnce();
  if (fit % 100 === 0) {
    globalThis.gc?.();
    residentMiB.push(process.memoryUsage().rss / 2 ** 20);
  }
}
console.log(JSON.stringify(residentMiB));

function useOnce(): void {
  const booster = library.train(data, settings, 2);
  booster.predict(few);
  booster.contributions(few);
  const copy = library.load(booster.modelText());
  copy.importance();
  copy.dispose();
  booster.dispose();
}

function stop(): boolean {
  throw new Error('stop');
}

function throwing(fit: () => unknown): void {
  try {
    fit();
  } catch {
    return;
  }
  throw new Error('expected the fit to fail');
}
