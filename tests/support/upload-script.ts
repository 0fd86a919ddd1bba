/** A process that stores one large file as the worker does: `upload-script.js FILE`. The test kills it in mid-upload. */
import { openObjectStore } from '../../adapters/object-store/index.js';

const [path = ''] = process.argv.slice(2);
const store = openObjectStore({ url: process.env['ARES_STORE'] ?? '', env: process.env });
await store.putFile(path);
