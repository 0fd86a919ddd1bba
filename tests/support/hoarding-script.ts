/** A compute child that leaks: each task fills memory that the child never gives back, and says what it really holds. */
import workerpool from 'workerpool';
import { dieWithParent } from '../../worker/die-with-parent.js';

const MEBIBYTE = 1024 * 1024;
const kept: Buffer[] = [];

dieWithParent();
workerpool.worker({
  hoard: async (mebibytes: number) => {
    kept.push(Buffer.alloc(mebibytes * MEBIBYTE, 1));
    return { result: kept.length, residentMiB: Math.round(process.memoryUsage().rss / MEBIBYTE) };
  },
});
