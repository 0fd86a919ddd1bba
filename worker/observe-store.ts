/** Times the store's requests and counts those that failed, by error name. */
import type { Metrics } from '../adapters/telemetry/index.js';
import type { ArtifactStore } from '../pipeline/artifact-store.js';

/** The same store, observed. */
export function observeStore(store: ArtifactStore, metrics: Metrics): ArtifactStore {
  return new Proxy(store, {
    get: (target, operation: string) => {
      const method = Reflect.get(target, operation) as unknown;
      // The address of a manifest is no request.
      if (typeof method !== 'function' || operation === 'manifestUri') return method;
      return async (...parameters: unknown[]): Promise<unknown> => {
        const end = metrics.storeSeconds.startTimer({ operation });
        try {
          return await Reflect.apply(method, target, parameters);
        } catch (error) {
          metrics.storeErrors.inc({ operation, error: error instanceof Error ? error.name : 'Error' });
          throw error;
        } finally {
          end();
        }
      };
    },
  });
}
