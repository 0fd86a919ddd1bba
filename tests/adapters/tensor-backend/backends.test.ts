import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { NO_SWIFTSHADER, swiftShaderEnvironment } from '../../support/swiftshader.js';
import type { TrainedLosses } from '../../support/train-on-backend.js';

const SCRIPT = fileURLToPath(new URL('../../support/train-on-backend.js', import.meta.url));
/** The others are run by hand (docs/devices.md): WebGPU's software device takes a minute to compile their kernels. */
const FAMILIES = ['attention', 'mlp', 'cnn', 'lstm', 'gru-attention'];
/** Single precision over twelve steps of Adam: the order of sums differs, nothing else. */
const TOLERANCE = 1e-4;
const MEBIBYTE = 2 ** 20;

const noAddon = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';
const software = swiftShaderEnvironment();

async function train(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TrainedLosses> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...args], { env: { ...process.env, ...env }, timeout: 300_000 });
  return JSON.parse(stdout) as TrainedLosses;
}

function checkLosses(found: TrainedLosses, expected: TrainedLosses): void {
  for (const family of FAMILIES) {
    const [mine, theirs] = [found.losses[family] ?? [], expected.losses[family] ?? []];
    assert.equal(mine.length, 3);
    mine.forEach((loss, i) => assert.ok(Math.abs(loss - theirs[i]!) < TOLERANCE, `${family}, epoch ${i + 1}: ${loss} against ${theirs[i]}`));
  }
  assert.equal(found.tensorsLeft, 0);
}

test('the same networks trained on tensorflow, plain JavaScript and WebGPU have the same losses', { skip: noAddon }, async (t) => {
  const tensorflow = await train(['tensorflow', 'cpu', FAMILIES.join()]);
  checkLosses(await train(['cpu', 'cpu', FAMILIES.join()]), tensorflow);
  await t.test('WebGPU (SwiftShader)', { skip: software === null && NO_SWIFTSHADER }, async () => {
    const webgpu = await train(['webgpu', 'gpu', FAMILIES.join()], software ?? {});
    checkLosses(webgpu, tensorflow);
    assert.match(webgpu.version, /^webgpu \d+\.\d+\.\d+ on .*swiftshader.* \(software\), tfjs 4\.22\.0$/i);
    // A network that took more than the limit stays within it in parts, freed buffers that WebGPU keeps counted in.
    const free = await train(['webgpu', 'gpu', 'mlp'], software ?? {});
    const limit = 0.7 * Number(free.allocatedBytes);
    const held = await train(['webgpu', 'gpu', 'mlp', String(limit / MEBIBYTE)], software ?? {});
    assert.ok(held.allocatedBytes !== null && held.allocatedBytes > 0 && held.allocatedBytes <= limit, `${held.allocatedBytes} bytes, limit ${limit}`);
  });
});

test('a software device is no GPU unless the environment says so', { skip: software === null && NO_SWIFTSHADER }, async () => {
  await assert.rejects(
    train(['webgpu', 'gpu', 'mlp'], { ...software, ARES_WEBGPU_SOFTWARE: '' }),
    /UnsupportedDevice: expected a GPU for backend webgpu, found .*computes in software/,
  );
});

test('webgpu without any Vulkan device is an UnsupportedDevice', async () => {
  await assert.rejects(
    train(['webgpu', 'gpu', 'mlp'], { VK_ICD_FILENAMES: '/nonexistent.json', VK_DRIVER_FILES: '/nonexistent.json' }),
    /UnsupportedDevice: expected a GPU for backend webgpu, found none/,
  );
});

test('wasm predicts, and says before any training which gradients it lacks', async () => {
  await assert.rejects(openTensorBackend({ backend: 'wasm' }), { name: 'UnsupportedDevice', message: /found none for Conv2DBackpropFilter.*it only predicts/ });
  const backend = await openTensorBackend({ backend: 'wasm', purpose: 'predict' });
  assert.deepEqual([backend.name, backend.device, tf.getBackend()], ['wasm', 'cpu', 'wasm']);
  assert.match(backend.version, /^WebAssembly 4\.22\.0, tfjs 4\.22\.0$/);
  assert.deepEqual(Array.from(await tf.matMul([[1, 2]], [[3], [4]]).data()), [11]);
});

test('a backend on a device that it cannot have is refused, not moved', async () => {
  await assert.rejects(openTensorBackend({ backend: 'webgpu' }), {
    name: 'UnsupportedDevice',
    message: 'expected device gpu for backend webgpu, found device cpu',
  });
  await assert.rejects(openTensorBackend({ backend: 'cpu', device: 'gpu' }), { name: 'UnsupportedDevice', message: /expected device cpu for backend cpu/ });
});
