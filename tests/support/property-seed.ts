/**
 * Loaded before every test file: properties draw from one stated seed, so that a run of a commit has one outcome.
 * `ARES_PROPERTY_SEED=random npm test -- core` looks further; a counterexample it finds becomes a case of its own.
 */
import fc from 'fast-check';

const SEED = 20_261_121;
const asked = process.env['ARES_PROPERTY_SEED'];
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? SEED) });
