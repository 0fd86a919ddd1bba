/** Chromium's SwiftShader as a Vulkan device: WebGPU's kernels run for real where there is no GPU. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedChromium } from './chromium.js';

const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const FILES = ['vk_swiftshader_icd.json', 'libvk_swiftshader.so', 'libvulkan.so.1'];

/** Where Chromium is installed without SwiftShader, a test that needs it says so and is skipped. */
export const NO_SWIFTSHADER = `no Chromium with ${FILES.join(', ')} in ${FOLDERS.join(', ')}`;

/**
 * The environment in which a new process finds SwiftShader as its only Vulkan device; null where the installed Chromium has none.
 * @throws Error that says how to install Chromium where none can be had
 */
export function swiftShaderEnvironment(): Readonly<Record<string, string>> | null {
  installedChromium();
  const folder = FOLDERS.find((candidate) => FILES.every((file) => existsSync(join(candidate, file))));
  if (folder === undefined) return null;
  return { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder, ARES_WEBGPU_SOFTWARE: '1' };
}
