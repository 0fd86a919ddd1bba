/** Prints the device that WebGPU would compute on as JSON, null where there is none. */
import { describeWebgpu } from '../adapters/tensor-backend/index.js';

process.stdout.write(`${JSON.stringify(await describeWebgpu())}\n`);
