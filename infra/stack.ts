/** `npm run stack`: keeps the local stack up in the foreground until Ctrl-C. `--stop` ends one that was left running. */
import { parseArgs } from 'node:util';
import { startLocalStack, stopRecordedStack } from './local-stack.js';
import { say } from './progress.js';
import { setUp } from './set-up.js';
import { addressLines, exportLines } from './stack-lines.js';
import { untilSignal } from './until-signal.js';

const { values } = parseArgs({ options: { stop: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });

process.exitCode = values.stop ? await stopStack() : await keepStack();

async function stopStack(): Promise<number> {
  const stopped = await stopRecordedStack();
  say(stopped.length === 0 ? 'no stack is running' : `stopped ${stopped.join(', ')}`);
  return 0;
}

async function keepStack(): Promise<number> {
  await setUp();
  const signal = untilSignal();
  const stack = await startLocalStack({ awaitWorker: true });
  const all = { ...process.env, ...stack.environment };
  process.stdout.write(
    values.json ? `${JSON.stringify(stack.environment)}\n` : `${[...addressLines(all), '', ...exportLines(stack.environment), ''].join('\n')}\n`,
  );
  if (stack.started.length === 0) {
    say('the stack was up already, nothing was started');
    await stack.stop();
    return 0;
  }
  say(`up (started ${stack.started.join(', ')}); Ctrl-C stops it`);
  const end = await Promise.race([signal.received, stack.failed]);
  say(signal.wasReceived() ? `${end}: stopping` : end);
  await stack.stop({ now: true });
  return signal.wasReceived() ? 0 : 1;
}
