/** Methods of a compute child for tests: real crashes, real silence. */
import workerpool from 'workerpool';
import { dieWithParent } from '../../worker/die-with-parent.js';

dieWithParent();
workerpool.worker({
  double: async (n: number) => ({ result: 2 * n, residentMiB: 10 }),
  pid: async () => ({ result: process.pid, residentMiB: 10 }),
  grow: async () => ({ result: process.pid, residentMiB: 100_000 }),
  environment: async (name: string) => ({ result: process.env[name] ?? null, residentMiB: 10 }),
  crash: async () => process.kill(process.pid, 'SIGSEGV'),
  hang: async () => {
    workerpool.workerEmit({ fraction: 0.1, message: `${process.pid}` });
    for (;;) {
      /* a native call that never returns */
    }
  },
  report: async () => {
    for (let i = 1; i <= 3; i++) workerpool.workerEmit({ fraction: i / 3, message: `unit ${i}` });
    return { result: 'done', residentMiB: 10 };
  },
});
