/** A plan of very many source files travels without them: histories carry references, never data. */
import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../pipeline/artifact-store.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { PipelineError } from '../pipeline/errors.js';
import type { RunPlan } from '../pipeline/plan.js';
import { plannedFiles } from '../pipeline/plan.js';

/** So many files make about 20 KB of a payload that may hold 64. */
const MOST_FILES = 100;

type Files = Pick<RunPlan['source'], 'files' | 'fundingFiles' | 'externalFiles' | 'pairs' | 'quotes' | 'second'>;

/** Listings that this process has read, by their hash. */
const known = new Map<string, Files>();

/** The plan as it travels: with more than 100 source files they are written to `listings/<sha256>.json` and left out. */
export async function detachFiles(plan: RunPlan, store: Pick<ArtifactStore, 'readJson' | 'putJson'>): Promise<RunPlan> {
  if (plannedFiles(plan).length <= MOST_FILES) return plan;
  const { files, fundingFiles, externalFiles, pairs, quotes, second } = plan.source;
  const listed: Files = { files, fundingFiles, externalFiles, pairs, quotes, second };
  const listing = hashOf(listed);
  await store.putJson(`listings/${listing}.json`, listed);
  return {
    ...plan,
    source: {
      ...plan.source,
      files: [],
      fundingFiles: [],
      externalFiles: {},
      pairs: pairs.map((pair) => ({ ...pair, files: [] })),
      quotes: quotes === null ? null : { ...quotes, files: [] },
      second: second === null ? null : { ...second, files: [] },
      listing,
    },
  };
}

/**
 * The whole plan again.
 * @throws PipelineError MissingArtifact when the listing is gone, IntegrityError when it is another one
 */
export async function attachFiles(plan: RunPlan, store: Pick<ArtifactStore, 'readJson' | 'putJson'>): Promise<RunPlan> {
  const { listing, ...source } = plan.source;
  if (listing === undefined) return plan;
  const listed = known.get(listing) ?? (await readListing(listing, store));
  known.set(listing, listed);
  return { ...plan, source: { ...source, ...listed } };
}

async function readListing(listing: string, store: Pick<ArtifactStore, 'readJson' | 'putJson'>): Promise<Files> {
  const path = `listings/${listing}.json`;
  const value = (await store.readJson(path)) as Files | null;
  if (value === null) throw new PipelineError('MissingArtifact', `the plan's list of source files ${path} is gone from the store; start the run again`);
  const found = hashOf(value);
  if (found !== listing) throw new PipelineError('IntegrityError', `${path}: expected a list of source files with sha256 ${listing}, found ${found}`);
  return value;
}

function hashOf(value: Files): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
