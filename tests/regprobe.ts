import { makeMarketSkeleton } from '../core/simulation/market.js';
import { simulateDayTrades } from '../core/simulation/market-trades.js';
import { tradesToBars } from '../core/data/trades-to-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { fitRegimeModel, filterRegimes, likeliestRegimes } from '../core/regimes/regime-model.js';
import { summariseRegimes } from '../core/regimes/regime-summary.js';
const t0 = Date.UTC(2024, 0, 1);
for (const [hours, min] of [[168, 15], [720, 15], [879, 60]] as const) for (const seed of [7, 8, 9, 10]) {
  const blockMs = min * 60000;
  const sk = makeMarketSkeleton({ fromMs: t0, toMs: t0 + hours * 3600000, seed, symbol: 'ETHUSDT', blockMs, tradesPerMinute: 10, startPrice: 2000, signalStrength: 0.35, annualVolatility: 0.6 });
  const parts = []; for (let d = t0; d < t0 + hours * 3600000; d += 86400000) parts.push(tradesToBars(simulateDayTrades(sk, d), 60000));
  const bars = resampleBars(concatBars(parts), blockMs); const N = bars.close.length;
  const m = fitRegimeModel(bars, t0 + hours * 3600000 / 2, { seed: 1 });
  const r = likeliestRegimes(filterRegimes(m, bars));
  const conf = [0, 1, 2, 3].map(() => [0, 0, 0, 0]); let hit = 0; for (let i = 0; i < N; i++) { const t = sk.regime[Math.min(sk.minuteCount - 1, (i + 1) * min - 1)]; conf[t][r[i]]++; if (t === r[i]) hit++; }
  console.log(hours, min, seed, (hit / N).toFixed(2), JSON.stringify(conf), m.reduced, summariseRegimes(r).regimes.map((x) => (x.meanStayBars ?? 0).toFixed(0)).join('/'), 'px', bars.close[N - 1].toFixed(0));
}
