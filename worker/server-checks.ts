/** What must be right on the server before a worker takes work. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTE_TYPES } from '../pipeline/search-attributes.js';

/** A server takes a moment to know attributes that were created just now. */
const WAIT_MS = 5000;
const POLL_MS = 500;
const ANSWER_MS = 5000;

/** A namespace that runs cannot work in. */
export class MissingSearchAttributes extends Error {
  override readonly name = 'MissingSearchAttributes';
}

/** Returns once the namespace has every search attribute that runs set. @throws MissingSearchAttributes with the command that creates them */
export async function checkSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const missing = await missingAttributes(connection, namespace);
    if (missing.length === 0) return;
    if (Date.now() > deadline) {
      const flags = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
      throw new MissingSearchAttributes(
        `namespace ${namespace} lacks search attributes ${missing.map(([name]) => name).join(', ')}; create them: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      );
    }
    await sleep(POLL_MS);
  }
}

async function missingAttributes(connection: NativeConnection, namespace: string): Promise<[string, string][]> {
  const { customAttributes } = await connection.withDeadline(Date.now() + ANSWER_MS, async () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  return Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(([name]) => customAttributes?.[name] === undefined);
}
