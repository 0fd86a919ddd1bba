import { writeFileSync } from 'node:fs'; import { gzipSync } from 'node:zlib';
import { readTradeDays } from '../adapters/market-files/read-trade-days.js';
import { readBars } from '../adapters/market-files/read-bars.js';
import { hashFile } from '../adapters/market-files/file-hash.js';
const S = Date.UTC(2024, 2, 1); const n = 1_500_000; const lines = ['id,price,qty,quote_qty,time,is_buyer_maker'];
for (let i = 0; i < n; i++) lines.push(`${i + 4308068523},${(2681.62 + (i % 997) / 100).toFixed(2)},${((i % 5000) / 1000 + .001).toFixed(3)},${(2681.62 * 1.5).toFixed(5)},${S + Math.floor(i * 57)},${i % 2 === 0}`);
const text = lines.join('\n'); const p = '/tmp/ETHUSDT-um-trades-2024-03-01.csv'; writeFileSync(p, text); writeFileSync(p + '.gz', gzipSync(text, { level: 6 }));
for (const path of [p, p + '.gz']) { const f = await hashFile(path); let c = performance.now(); let k = 0; for await (const d of readTradeDays([f], [{ day: 'x', fromMs: S, toMs: S + 86400000 }])) k += d.table.rowCount; const s = (performance.now() - c) / 1000; console.log(path, k, s, (k / s / 1e6).toFixed(2), 'M rows/s', (text.length / s / 1e6).toFixed(0), 'MB/s', process.memoryUsage().rss / 2 ** 20); }
const bl = []; for (let i = 0; i < 500000; i++) bl.push(`${S + i * 60000},2681.62,2690.1,2670.5,2680.77,154.332,${S + i * 60000 + 59999},413842.12345678,532,80.123,214000.12,0`);
writeFileSync('/tmp/ETHUSDT-um-1m-2024-03.csv', bl.join('\n')); { const f = await hashFile('/tmp/ETHUSDT-um-1m-2024-03.csv'); const c = performance.now(); const r = await readBars([f], { fromMs: S, toMs: S + 500000 * 60000, periodMs: 60000 }); console.log('bars', r.table.rowCount, (performance.now() - c) / 1000); }
