/** A process with a compute child that hangs in a busy loop; prints the child's pid. The test kills this process. */
import { fileURLToPath } from 'node:url';
import { makeComputePool } from '../../adapters/compute-pool/index.js';

const pool = makeComputePool({ script: fileURLToPath(new URL('./pool-script.js', import.meta.url)), size: 1, env: process.env, onRecycle: () => undefined });
await pool.run({
  method: 'hang',
  argument: null,
  stallMs: 60_000,
  recycleAboveMiB: 1000,
  signal: new AbortController().signal,
  onProgress: ({ message }) => console.log(message),
});
