import { makeMarketSkeleton } from '../core/simulation/market.js';
import { simulateDayTrades } from '../core/simulation/market-trades.js';
import { tradesToBars } from '../core/data/trades-to-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { fitRegimeModel, filterRegimes, likeliestRegimes } from '../core/regimes/regime-model.js';
import { plantedAuc } from '../core/simulation/market-signal.js';
import { summariseRegimes } from '../core/regimes/regime-summary.js';
const hours = Number(process.argv[2]), total = Number(process.argv[3]), blockMs = Number(process.argv[4]) * 60000, seed = Number(process.argv[5] ?? 7);
const t0 = Date.UTC(2024, 0, 1);
let c = performance.now();
const sk = makeMarketSkeleton({ fromMs: t0, toMs: t0 + hours * 3600000, seed, symbol: 'ETHUSDT', blockMs, tradesPerMinute: 60, totalTrades: total || undefined, startPrice: 2000, signalStrength: 0.35, annualVolatility: 0.6 });
console.log('skeleton', performance.now() - c, 'prices', Math.exp(Math.min(...sk.logPrice)), Math.exp(Math.max(...sk.logPrice)));
c = performance.now(); let n = 0; const parts = [];
let tb = 0;
for (let d = t0; d < t0 + hours * 3600000; d += 86400000) { const t = simulateDayTrades(sk, d); n += t.rowCount; const b = performance.now(); parts.push(tradesToBars(t, 60000)); tb += performance.now() - b; }
const s = (performance.now() - c - tb) / 1000; console.log('trades', n, 's', s, 'M/s', n / s / 1e6, 'bars M/s', n / tb / 1e3);
const fine = concatBars(parts); const bars = resampleBars(fine, blockMs);
const N = bars.close.length; 
const auc = (x: number[], y: number[]) => { const idx = x.map((_, i) => i).sort((a, b) => x[a] - x[b]); let r = 0, p = 0; idx.forEach((i, k) => { if (y[i]) { r += k + 1; p++; } }); return (r - p * (p + 1) / 2) / (p * (x.length - p)); };
for (const h of [1, 4, 8]) { const x: number[] = [], x2: number[] = [], y: number[] = []; for (let i = 0; i + h < N; i++) { x.push(sk.signal[i]); x2.push(bars.takerBuyVolume[i] / bars.volume[i]); y.push(bars.close[i + h] > bars.close[i] ? 1 : 0); } console.log(h, 'auc signal', auc(x, y), 'imbalance', auc(x2, y), 'planted', plantedAuc(0.35, h)); }
c = performance.now();
const m = fitRegimeModel(bars, t0 + hours * 3600000 / 2, { seed: 1 }); console.log('fit', performance.now() - c, m.iterations, m.converged, m.reduced, m.regimeOfState, m.occupancy, m.returnMean.map((v, j) => v / Math.sqrt(m.returnVariance[j])), m.returnVariance.map(Math.sqrt));
const r = likeliestRegimes(filterRegimes(m, bars)); console.log(JSON.stringify(summariseRegimes(r).regimes));
const conf = [0, 1, 2, 3].map(() => [0, 0, 0, 0]); for (let i = 0; i < N; i++) conf[sk.regime[Math.min(sk.minuteCount - 1, (i + 1) * blockMs / 60000 - 1)]][r[i]]++; console.log(conf);
