/** A small recurrent network, fitted from the newest state that a file holds. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import type { FitData } from '../../core/models/model.js';
import { lstm } from '../../core/nn/lstm.js';
import { networkFamily } from '../../core/nn/network-family.js';
import { makeRandom } from '../../core/stats/random.js';

const ROWS = 600;
const COLUMNS = 4;
const EPOCHS = 12;

/** The saved model as text; `onEpoch` is told of each epoch after its state lies in the file. */
export async function fitSmallNetwork(stateFile: string, onEpoch: (epoch: number) => void): Promise<string> {
  const family = networkFamily(lstm, () => openTensorBackend());
  const model = await family.fit(examples(), {
    seed: 7,
    threads: 1,
    parameters: { ...family.defaults, window: 6, units: 8, epochs: EPOCHS, patience: EPOCHS, batch: 64 },
    state: {
      latest: async () => (existsSync(stateFile) ? (deserialize(readFileSync(stateFile)) as unknown) : null),
      keep: async (state) => {
        writeFileSync(`${stateFile}.new`, serialize(state));
        renameSync(`${stateFile}.new`, stateFile);
        onEpoch((state as { readonly epoch: number }).epoch);
        // The messages of this epoch leave before the next one holds the thread.
        await new Promise((done) => setImmediate(done));
      },
    },
  });
  return new TextDecoder().decode(model.save());
}

/** The label is the sign of the first column summed over three rows. */
function examples(): FitData {
  const random = makeRandom(11);
  const values = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal());
  const rows = Int32Array.from({ length: ROWS - 2 }, (_, i) => i + 2);
  const y = Float64Array.from(rows, (row) => (values[row * COLUMNS]! + values[(row - 1) * COLUMNS]! + values[(row - 2) * COLUMNS]! > 0 ? 1 : 0));
  return {
    features: { rowCount: ROWS, columnCount: COLUMNS, values },
    featureNames: ['a', 'b', 'c', 'd'],
    rows,
    y,
    weights: new Float64Array(rows.length).fill(1),
  };
}
