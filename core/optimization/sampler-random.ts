/** Random search (Bergstra and Bengio 2012, Journal of Machine Learning Research 13): each trial drawn by itself. */
import type { Sampler } from './sampler.js';
import { drawParameters } from './search-space.js';

/** A sampler that draws every point evenly from the space, whatever came before. */
export const randomSampler: Sampler = {
  id: 'random',
  propose: (space, _trials, random) => drawParameters(space, random),
};
