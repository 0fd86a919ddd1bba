import { makeBars } from '../core/data/make-bars.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../core/regimes/regime-model.js';
import { makeRandom } from '../core/stats/random.js';
const random = makeRandom(4); const stretch = (t: number): number => Math.floor(t / 100) % 4; const drift = [0.004, -0.004, 0, 0];
const closes: number[] = []; let log = 5; for (let t = 0; t < 1200; t++) closes.push(Math.exp((log += drift[stretch(t)]! + (stretch(t) === 3 ? 0.02 : 0.001) * random.normal())));
const range = (t: number) => (stretch(t) === 3 ? 0.02 : 0.001);
const bars = makeBars(1200); closes.forEach((close, t) => { const open = t === 0 ? close : closes[t - 1]!; bars.openTimeMs[t] = t * 9e5; bars.closeTimeMs[t] = (t + 1) * 9e5; bars.open[t] = open; bars.close[t] = close; bars.high[t] = Math.max(open, close) * (1 + range(t)); bars.low[t] = Math.min(open, close) / (1 + range(t)); });
for (const seed of [1, 2, 3, 4]) { const m = fitRegimeModel(bars, bars.closeTimeMs[799]!, { seed }); const r = likeliestRegimes(filterRegimes(m, bars));
const conf = [0, 1, 2, 3].map(() => [0, 0, 0, 0]); for (let t = 0; t < 1200; t++) conf[stretch(t)][r[t]]++; console.log(m.logLikelihood, m.iterations, JSON.stringify(conf), m.regimeOfState, JSON.stringify(m.means), JSON.stringify(m.variances), m.returnVariance); }
