import { computeFeatures, featuresOf } from '../core/features/compute-features.js';
import { FEATURES } from '../core/features/features.js';
import { featureMatrix } from '../core/features/feature-matrix.js';
import { pruneFeatures } from '../core/features/prune-features.js';
import { exponentialVolatility } from '../core/labels/exponential-volatility.js';
import { searchLabelParameters } from '../core/labels/search-label-parameters.js';
import { walkBars } from './support/synthetic-bars.js';
const bars = walkBars(43200, 1);
const ctx = { regimes: null, funding: null };
for (let i = 0; i < 3; i++) { const s = performance.now(); computeFeatures(bars, ctx, 'all'); console.log('all 43200', Math.round(performance.now() - s), 'ms'); }
const times = FEATURES.filter(f=>!f.inputs.includes('regimes')&&!f.inputs.includes('funding')).map((f) => { const s = performance.now(); f.compute(bars, ctx); return [f.name, performance.now() - s] as const; }).sort((a, b) => b[1] - a[1]);
console.log(times.slice(0, 6), FEATURES.length, featuresOf('minimal', {regimes: new Float64Array(0), funding: {timeMs: new Float64Array(0), rate: new Float64Array(0)}}).length, featuresOf('basic', {regimes: new Float64Array(0), funding: {timeMs: new Float64Array(0), rate: new Float64Array(0)}}).length);
const big = walkBars(35040, 2, 900000); // one year 15m (train of two)
const v = exponentialVolatility(big.close);
let s = performance.now();
const c = searchLabelParameters(big, v, { takeProfit: [1, 1.5, 2], stopLoss: [1, 1.5], holdingBars: [4, 8], periodMs: 900000, folds: 4, embargoMs: 8 * 900000, costPerFill: 0.0006 });
console.log('search 35040', Math.round(performance.now() - s), 'ms', c.status, c.candidates.map((x) => x.score!.toFixed(2)).join(' '));
const f = computeFeatures(big, ctx, 'all'); s = performance.now();
const d = pruneFeatures(featureMatrix(f.columns), f.names, { rows: Int32Array.from({ length: 35040 }, (_, i) => i) });
console.log('prune', Math.round(performance.now() - s), 'ms', d.filter((x) => !x.kept).map((x) => x.feature + ': ' + x.reason));
